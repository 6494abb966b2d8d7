"""The pages task: pictures of the pages of a PDF."""

from typing import Any

import pytest
from PIL import Image

from mserve.errors import TaskError
from mserve.tasks.registry import TaskRegistry
from tests.unit.tasks.library.papers import page_of, pdf
from tests.unit.tasks.library.pictures import BLUE, RED, alike

PAGES = TaskRegistry.load()["pages"]


def test_each_page_becomes_a_picture_as_wide_as_asked_for(source_of: Any) -> None:
    source = source_of(pdf(page_of(400, 200), page_of(100, 100)))
    outcome = PAGES.run(source, {"width": 300})
    assert outcome.result == {"pages": 2, "drawn": 2}
    assert [each.name for each in outcome.outputs] == ["page-000001", "page-000002"]
    with Image.open(outcome.outputs[0].path) as image:
        assert image.size == (300, 150) and image.format == "JPEG"
        assert alike(image.getpixel((150, 30)), RED) and alike(image.getpixel((150, 120)), BLUE)
    with Image.open(outcome.outputs[1].path) as image:
        assert image.size == (300, 300)


def test_some_pages_of_many(source_of: Any) -> None:
    source = source_of(pdf(*[page_of(100, 100)] * 5))
    outcome = PAGES.run(source, {"first": 2, "most": 3, "width": 40})
    assert outcome.result == {"pages": 5, "drawn": 3}
    assert [each.name[-1] for each in outcome.outputs] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("body", "arguments", "words"),
    [
        (pdf(page_of()), {"first": 2}, "there is no page 2; the PDF has 1"),
        (b"words", {}, "the file is no PDF"),
        (pdf(page_of())[:60], {}, "the PDF"),
        (pdf(page_of(), encrypt=True), {}, "encrypted"),
    ],
)
def test_what_has_no_such_pages_is_told(
    source_of: Any, body: bytes, arguments: Any, words: str
) -> None:
    with pytest.raises(TaskError, match=words):
        PAGES.run(source_of(body), arguments)
