"""The pages task: pictures of a PDF's pages, which a browser shows without running the PDF."""

from typing import Annotated

from mserve.errors import TaskError
from mserve.tasks.library import pdf
from mserve.tasks.library.images import LIMITS, TIMEOUT, Pixels
from mserve.tasks.outcome import Outcome, Output
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.tasks.tools import PICTURES

First = Annotated[int, range(1, 1_000_001)]
Most = Annotated[int, range(1, 101)]
TALL = 3  # times as high as wide a page is drawn at the most


@task("pages", timeout=TIMEOUT, limits=LIMITS, tools=PICTURES)
def pages(source: Source, *, width: Pixels = 1240, first: First = 1, most: Most = 20) -> Outcome:
    """Make pictures of a PDF's pages."""
    if not pdf.is_pdf(source.path):
        raise TaskError("the file is no PDF")
    count = pdf.count(source.path)
    if first > count:
        raise TaskError(f"there is no page {first}; the PDF has {count}")
    numbers = range(first, min(count + 1, first + most))
    outputs = []
    for number in numbers:
        source.progress((number - first) / len(numbers), f"page {number}")
        outputs.append(_draw(source, number, width))
    return Outcome({"pages": count, "drawn": len(outputs)}, outputs=tuple(outputs))


def _draw(source: Source, number: int, width: int) -> Output:
    path = source.scratch / f"page-{number:06}.jpg"
    pdf.draw(source.path, (width, TALL * width), number).save(path, "JPEG", quality=85)
    return Output(path.stem, path, "image/jpeg")
