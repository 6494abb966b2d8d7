"""The image_metadata task: what an image says of itself, its size, and EXIF, IPTC and XMP."""

import io
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageCms

from mserve.tasks.confine import MIB, Limits
from mserve.tasks.library import raster
from mserve.tasks.library.exif import read_exif
from mserve.tasks.library.fields import Fields, clean, numbers
from mserve.tasks.library.iptc import read_iptc
from mserve.tasks.library.markup import MarkupError
from mserve.tasks.library.pixels import BROKEN
from mserve.tasks.library.png import read_late_chunks
from mserve.tasks.library.xmp import read_xmp
from mserve.tasks.registry import task
from mserve.tasks.source import Source

BLOCKS: dict[str, Callable[[Image.Image, Fields], None]] = {
    "EXIF": read_exif,
    "IPTC": read_iptc,
    "XMP": read_xmp,
}


@task("image_metadata", timeout=120.0,
      limits=Limits(memory=1024 * MIB, cpu=60, file=MIB), tools=("Pillow", "pi-heif"))  # fmt: skip
def image_metadata(source: Source) -> dict[str, Any]:
    """Read size, colours, EXIF, IPTC and XMP of an image."""
    with raster.opened(source.path) as image:
        read_late_chunks(image)
        found = _outline(image)
        fields, faults = _blocks(image)
    found |= fields.groups
    if fields.left_out:
        found["left_out"] = fields.left_out
    if faults:
        found["faults"] = faults
    return found


def _outline(image: Image.Image) -> dict[str, Any]:
    found: dict[str, Any] = {
        "format": image.format, "width": image.width, "height": image.height,
        "mode": image.mode, "frames": getattr(image, "n_frames", 1),
    }  # fmt: skip
    if resolution := _resolution(image):
        found["dpi"] = resolution
    if profile := image.info.get("icc_profile"):
        found["icc_profile"] = _profile_name(profile)
    return found


def _resolution(image: Image.Image) -> list[float]:
    """Dots per inch across and down; an empty list where they are not told, or 1 for unknown."""
    dots = numbers(image.info.get("dpi"))
    return [round(each, 2) for each in dots] if len(dots) == 2 and min(dots) > 1 else []


def _profile_name(profile: bytes) -> str:
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except (ImageCms.PyCMSError, *BROKEN):
        return "broken"
    return clean(name)


def _blocks(image: Image.Image) -> tuple[Fields, list[str]]:
    """What could be read, and what of it is broken: the picture itself may be well."""
    fields, faults = Fields(), []
    for name, read in BLOCKS.items():
        try:
            read(image, fields)
        except (MarkupError, *BROKEN) as fault:
            if isinstance(fault, OSError) and fault.errno:
                raise  # the disk's fault, or a seek to nowhere; raster tells them apart
            faults.append(clean(f"{name}: {str(fault) or type(fault).__name__}"))
    return fields, faults
