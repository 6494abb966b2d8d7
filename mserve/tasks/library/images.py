"""The image tasks: thumbnail and poster, small pictures of a raster image for a browser.

The file may have come from anyone. Its pixels are counted by its header before anything is decoded,
only raster formats are opened (Pillow starts Ghostscript for EPS), and nothing of its metadata
is carried over.
"""

import mmap
import os
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EINVAL, EOVERFLOW
from pathlib import Path
from typing import Annotated

# All that can be opened; Pillow would else look for more when a process opens its first image.
from PIL import (  # noqa: F401
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    IcoImagePlugin,
    Image,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from mserve.errors import TaskError
from mserve.tasks.library.pixels import BROKEN, shrink
from mserve.tasks.outcome import Rendition
from mserve.tasks.registry import task
from mserve.tasks.source import Source

PIXELS = 120_000_000  # decoded at most, unless the environment's MSERVE_IMAGE_PIXELS says otherwise
SCANS = 200  # of a progressive JPEG; encoders make about ten, and each costs a pass over all pixels
MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)  # ITU-T T.81, table B.1
END_OF_IMAGE, START_OF_SCAN = b"\xff\xd9", b"\xff\xda"
STREAMED = ("JPEG", "PNG", "GIF", "TIFF", "BMP", "PPM", "ICO")  # JPEG: MPO too
HEAVY = ("WEBP", "AVIF", "JPEG2000")  # read whole, and decoded at 9 to 19 bytes a pixel, not 4
FORMATS = (*STREAMED, *HEAVY)
HEAVY_BYTES = 256 << 20
HEAVY_SHARE = 3  # they may have a third of the pixels, so that no image takes more than about 1 GB
MIMETYPES = frozenset(
    f"image/{each}"
    for each in (
        *("avif", "bmp", "gif", "jp2", "jpeg", "jpx", "png", "tiff", "webp"),
        *("vnd.microsoft.icon", "x-icon", "x-ms-bmp"),
        *("x-portable-bitmap", "x-portable-greymap", "x-portable-pixmap"),
    )
)
TIMEOUT = 120.0

Pixels = Annotated[int, range(1, 4097)]

_limits = threading.Lock()  # Pillow's limit and Python's warning filters are the whole process's


@task("thumbnail", timeout=TIMEOUT)
def thumbnail(source: Source, *, width: Pixels = 210, height: Pixels = 128) -> Rendition:
    """Make a small picture for listings."""
    return render(source, "thumbnail", (width, height))


@task("poster", timeout=TIMEOUT)
def poster(source: Source, *, width: Pixels = 420, height: Pixels = 256) -> Rendition:
    """Make a picture for the file's own page."""
    return render(source, "poster", (width, height))


def render(source: Source, name: str, box: tuple[int, int], limit: int | None = None) -> Rendition:
    """The rendition `name` of an image, fitted inside `box` (pixels), never enlarged.

    `limit` is the greatest number of pixels that is decoded. Raises TaskError for what is no
    image, is broken, or has too many pixels.
    """
    pixels = _pixel_limit() if limit is None else limit
    with _bounded(pixels), _explained(), _open(source.path, pixels) as image:
        small = shrink(image, box)
    return save(small, source.scratch, name)


def _pixel_limit() -> int:
    text = os.environ.get("MSERVE_IMAGE_PIXELS", "")
    if text and not text.isdecimal():
        raise TaskError(f"MSERVE_IMAGE_PIXELS={text} should be a whole number of pixels")
    return int(text or PIXELS)


@contextmanager
def _bounded(limit: int) -> Iterator[None]:
    """Make Pillow refuse what has more than `limit` pixels, also in frames and embedded images."""
    with _limits, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, limit
        try:
            yield
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as fault:
            raise _too_large(limit) from fault
        finally:
            Image.MAX_IMAGE_PIXELS = before


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except UnidentifiedImageError as fault:
        raise TaskError(f"no image of a known format; known: {', '.join(FORMATS)}") from fault
    except MemoryError as fault:
        raise TaskError("the image needs more memory than there is") from fault
    except BROKEN as fault:
        if isinstance(fault, OSError) and fault.errno not in (None, EINVAL, EOVERFLOW):
            raise  # the disk's fault; those are what a seek to a nonsensical place gives
        raise TaskError(f"the image is broken: {str(fault) or type(fault).__name__}") from fault


def _open(path: Path, limit: int) -> Image.Image:
    size = path.stat().st_size
    if size == 0:
        raise TaskError("the file is empty")
    _check_scans(path)
    image = Image.open(path, formats=FORMATS if size <= HEAVY_BYTES else STREAMED)
    if image.format in HEAVY and image.width * image.height > limit // HEAVY_SHARE:
        image.close()
        raise _too_large(limit // HEAVY_SHARE)
    return image


def _too_large(limit: int) -> TaskError:
    return TaskError(f"the image has more than the {limit} pixels allowed")


def _check_scans(path: Path) -> None:
    """Refuse a JPEG that is small but takes minutes: each scan may go over all its pixels."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, prot=mmap.PROT_READ) as data:
        if data[:2] == b"\xff\xd8" and _count_scans(data) > SCANS:
            raise TaskError(f"the image has more than {SCANS} scans")


def _count_scans(data: mmap.mmap) -> int:
    """The scans up to the end of the image; much may follow it, such as a phone's short film."""
    place, scans = 2, 0
    while (found := MARKER.search(data, place)) and scans <= SCANS:
        if found[0] == END_OF_IMAGE:
            break
        scans += found[0] == START_OF_SCAN
        place = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
    return scans


def save(small: Image.Image, folder: Path, name: str) -> Rendition:
    """Write as JPEG, or as WebP where parts are transparent."""
    opaque = small.mode in ("L", "RGB")
    path = folder / (f"{name}.jpg" if opaque else f"{name}.webp")
    if opaque:
        small.save(path, "JPEG", quality=85, progressive=True, optimize=True)
    else:
        small.save(path, "WEBP", quality=85, method=4)
    return Rendition(name, path, "image/jpeg" if opaque else "image/webp", *small.size)
