"""Pixels: from any mode that a file can hold to a small, upright sRGB picture."""

import io
import math
import struct

from PIL import Image, ImageCms

UPRIGHT = {  # what undoes each value of the EXIF tag Orientation (CIPA DC-008, section 4.6.4)
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LYING = frozenset({5, 6, 7, 8})  # width and height change places
ORIENTATION = 0x0112
DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
AVERAGED = ("L", "LA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB")  # can be shrunk as they are
# What Pillow raises on files that are not what they seem to be; it differs by format.
BROKEN = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError),
    *(SyntaxError, TypeError, ValueError, struct.error),
)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def shrink(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    """The first frame of `image` inside `box`, of mode L, RGB or RGBA, without metadata.

    Shrinking comes first, since all that follows then costs next to nothing. `image` is used up.
    """
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    small = _averageable(image)
    greys = _greys(small, image.mode) if image.mode in DEEP else None
    lying = orientation in LYING
    small.thumbnail(box[::-1] if lying else box, Image.Resampling.LANCZOS, reducing_gap=3)
    small.load()  # thumbnail leaves alone what fits already
    if greys:
        small = _eight_bits(small, *greys)
    if orientation in UPRIGHT:
        small = small.transpose(UPRIGHT[orientation])
    small = _drop_idle_alpha(_displayable(small, profile))
    small.info = {}
    return small


def _orientation(image: Image.Image) -> int:
    if image.format == "TIFF":  # is turned by Pillow as it is loaded
        return 1
    try:
        found = image.getexif().get(ORIENTATION, 1)
    except BROKEN:  # the picture itself may be well
        return 1
    return found if found in UPRIGHT else 1


def _averageable(image: Image.Image) -> Image.Image:
    """`image` in a mode in which neighbouring pixels can be averaged."""
    if image.mode in DEEP:
        return image.convert("F")
    if image.mode in AVERAGED and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else _plain(image))


def _plain(image: Image.Image) -> str:
    return "L" if image.mode == "1" else "RGB"


def _greys(image: Image.Image, stored: str) -> tuple[float, float]:
    """The values of black and white: the usual ones of mode `stored`, or else those that occur."""
    low, high = image.getextrema()
    assert isinstance(low, float) and isinstance(high, float)
    white = 1.0 if stored == "F" else 65535.0
    usual = low >= 0 and high <= white
    return (low, high) if math.isfinite(high - low) and low < high and not usual else (0.0, white)


def _eight_bits(image: Image.Image, black: float, white: float) -> Image.Image:
    """`image` of mode F with its greys brought to 0..255."""
    scale = 255 / (white - black)
    shift = -black * scale
    return image.point(lambda value: value * scale + shift).convert("L")


def _displayable(image: Image.Image, profile: bytes | None) -> Image.Image:
    """`image` in sRGB, as grey, colour, or colour with transparency."""
    if profile:
        try:
            return _converted(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is broken or of another mode: as if there were none
    if image.mode == "LAB":
        return _converted(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    if image.mode == "LA":
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGB")


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    flat = image.convert(image.mode[:-1]) if alpha else image
    shown = ImageCms.profileToProfile(flat, profile, SRGB, outputMode="RGB")
    assert shown is not None  # only with inPlace
    if alpha:
        shown.putalpha(alpha)
    return shown


def _drop_idle_alpha(image: Image.Image) -> Image.Image:
    """Without a transparency that nothing uses, so that a photograph can be a JPEG."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image
