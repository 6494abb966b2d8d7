"""Raster images from anyone, opened so that decoding them is bounded.

Their pixels are counted by the header before anything is decoded, and only raster formats are
opened (Pillow starts Ghostscript for EPS).
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

from PIL import (  # noqa: F401 - else Pillow looks for them at its first image
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
from mserve.tasks.library.heif import check_items
from mserve.tasks.library.pixels import BROKEN

PIXELS = 120_000_000  # decoded at most, unless the environment's MSERVE_IMAGE_PIXELS says otherwise
SCANS = 200  # of a progressive JPEG; encoders make about ten, and each costs a pass over all pixels
MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)  # ITU-T T.81, table B.1
END_OF_IMAGE, START_OF_SCAN = b"\xff\xd9", b"\xff\xda"
STREAMED = ("JPEG", "PNG", "GIF", "TIFF", "BMP", "PPM", "ICO")  # JPEG: MPO too
# Read whole, and decoded at 7 (HEIF) to 19 bytes a pixel, not 4. So they may have a share of the
# pixels alone: one half, one third. No image takes more than about 1 GB then.
HEAVY = {"WEBP": 3, "AVIF": 3, "JPEG2000": 3, "HEIF": 2}
HEAVY_BYTES = 256 << 20
FORMATS = (*STREAMED, *HEAVY)
MIMETYPES = frozenset(
    f"image/{each}"
    for each in (
        *("avif", "bmp", "gif", "heic", "heif", "jp2", "jpeg", "jpx", "png", "tiff", "webp"),
        *("vnd.microsoft.icon", "x-icon", "x-ms-bmp"),
        *("x-portable-bitmap", "x-portable-greymap", "x-portable-pixmap"),
    )
)

_limits = threading.Lock()  # Pillow's limit and Python's warning filters are the whole process's


@contextmanager
def opened(path: Path, page: int = 1, others: tuple[str, ...] = ()) -> Iterator[Image.Image]:
    """The image in the file, or its `page` (frame) counted from 1, to be decoded within.

    `others` are formats that the caller reads itself. Raises TaskError for what is no image, is
    broken, has too many pixels or no such page, also where the caller's decoding finds it out.
    """
    pixels = _pixel_limit()
    with _bounded(pixels), _explained((*FORMATS, *others)), _open(path) as image:
        _turn_to(image, page)
        _check_pixels(image, pixels)
        yield image


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
def _explained(known: tuple[str, ...]) -> Iterator[None]:
    try:
        yield
    except UnidentifiedImageError as fault:
        raise TaskError(f"no image of a known format; known: {', '.join(known)}") from fault
    except MemoryError as fault:
        raise TaskError("the image needs more memory than there is") from fault
    except BROKEN as fault:
        if isinstance(fault, OSError) and fault.errno not in (None, EINVAL, EOVERFLOW):
            raise  # the disk's fault; those are what a seek to a nonsensical place gives
        raise TaskError(f"the image is broken: {str(fault) or type(fault).__name__}") from fault


def _open(path: Path) -> Image.Image:
    size = path.stat().st_size
    if size == 0:
        raise TaskError("the file is empty")
    _check_scans(path)
    check_items(path)
    return Image.open(path, formats=FORMATS if size <= HEAVY_BYTES else STREAMED)


def _turn_to(image: Image.Image, page: int) -> None:
    """Raises TaskError where there is no such page."""
    if page == 1:
        return
    pages = getattr(image, "n_frames", 1)
    if page > pages:
        raise TaskError(f"there is no page {page}; the image has {pages}")
    image.seek(page - 1)


def _check_pixels(image: Image.Image, limit: int) -> None:
    allowed = limit // HEAVY.get(image.format or "", 1)
    if image.width * image.height > allowed:
        raise _too_large(allowed)


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
