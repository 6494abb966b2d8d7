"""A WebP file is decoded in less memory than Pillow takes, and is the same picture."""

import io
from typing import Any

from PIL import Image, ImageChops

from mserve.tasks.confine import Meter
from mserve.tasks.library.webp import lean
from tests.unit.tasks.library.pictures import TASKS, encoded, quarters

EXIF = b"MM\0*\0\0\0\x08\0\0"  # without an entry
MOST = 400_000_000  # bytes, of a camera's 24 million pixels


def test_a_camera_s_picture_takes_less_than_400_mb(source_of: Any) -> None:
    meter = Meter()
    body = encoded(quarters(6000, 4000), "WEBP", method=0)
    TASKS["thumbnail"].run(source_of(body), {}, meter)
    assert 6000 * 4000 * 4 < meter.spent.memory < MOST


def test_it_is_the_same_picture_with_its_metadata() -> None:
    clear = quarters().convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    for image in (quarters(), clear):
        file = encoded(image, "WEBP", lossless=True, exact=True, exif=EXIF)
        found = lean(Image.open(io.BytesIO(file)))
        assert found.info["exif"] == EXIF
        difference = ImageChops.difference(found.convert(image.mode), image)
        assert difference.getbbox() is None


def test_the_second_frame_and_other_formats_are_left_to_pillow() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    file = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    image = Image.open(io.BytesIO(file))
    assert lean(image).convert("RGB").getpixel((4, 4)) == (255, 0, 0)
    image = Image.open(io.BytesIO(file))
    image.seek(1)
    assert lean(image) is image
    assert image.convert("RGB").getpixel((4, 4)) == (0, 0, 255)
    png = Image.open(io.BytesIO(encoded(quarters())))
    assert lean(png) is png
