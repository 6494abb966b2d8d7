"""The image tasks: thumbnail and poster, small pictures of an image or a PDF for a browser.

The file may have come from anyone, so it is decoded in a process of its own, and nothing of its
metadata is carried over. What it is, its bytes say.
"""

from pathlib import Path
from typing import Annotated

from PIL import Image

from mserve.tasks.confine import MIB, Limits
from mserve.tasks.library import pdf, raster
from mserve.tasks.library.pixels import shrink
from mserve.tasks.library.webp import lean
from mserve.tasks.outcome import Rendition
from mserve.tasks.registry import task
from mserve.tasks.source import Source
from mserve.tasks.tools import PICTURES

TIMEOUT = 120.0
LIMITS = Limits(memory=1024 * MIB, cpu=120, file=64 * MIB)

Pixels = Annotated[int, range(1, 4097)]
Page = Annotated[int, range(1, 1_000_001)]


@task("thumbnail", timeout=TIMEOUT, limits=LIMITS, tools=PICTURES)
def thumbnail(
    source: Source, *, width: Pixels = 210, height: Pixels = 128, page: Page = 1
) -> Rendition:
    """Make a small picture for listings."""
    return _render(source, "thumbnail", (width, height), page)


@task("poster", timeout=TIMEOUT, limits=LIMITS, tools=PICTURES)
def poster(
    source: Source, *, width: Pixels = 420, height: Pixels = 256, page: Page = 1
) -> Rendition:
    """Make a picture for the file's own page."""
    return _render(source, "poster", (width, height), page)


def _render(source: Source, name: str, box: tuple[int, int], page: int) -> Rendition:
    """The rendition `name` of a page, fitted inside `box` (pixels); images are never enlarged."""
    if pdf.is_pdf(source.path):
        small = pdf.draw(source.path, box, page)
    else:
        with raster.opened(source.path, page, others=("PDF",)) as image:
            small = shrink(lean(image), box)
    return save(small, source.scratch, name)


def save(small: Image.Image, folder: Path, name: str) -> Rendition:
    """Write as JPEG, or as WebP where parts are transparent."""
    opaque = small.mode in ("L", "RGB")
    path = folder / (f"{name}.jpg" if opaque else f"{name}.webp")
    if opaque:
        small.save(path, "JPEG", quality=85, progressive=True, optimize=True)
    else:
        small.save(path, "WEBP", quality=85, method=4)
    return Rendition(name, path, "image/jpeg" if opaque else "image/webp", *small.size)
