"""Pictures that can be told apart, and what a task makes of them."""

import io
from typing import Any

import pillow_heif
from PIL import Image

from mserve.tasks.confine import preload
from mserve.tasks.registry import Rendition, TaskRegistry

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 200, 0), (0, 0, 255), (255, 255, 255)
TASKS = TaskRegistry.load()
preload(TASKS.confined())
FORMATS = ["JPEG", "PNG", "GIF", "TIFF", "BMP", "PPM", "ICO", "WEBP", "AVIF", "JPEG2000", "HEIF"]
JPEG, WEBP = "image/jpeg", "image/webp"


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(stream, **options)
    else:
        image.save(stream, kind, **options)
    return stream.getvalue()


def quarters(width: int = 240, height: int = 120) -> Image.Image:
    """Red and green above, blue and white below."""
    image = Image.new("RGB", (width, height), WHITE)
    x, y = width // 2, height // 2
    image.paste(RED, (0, 0, x, y))
    image.paste(GREEN, (x, 0, width, y))
    image.paste(BLUE, (0, y, x, height))
    return image


def made(source: Any, name: str = "thumbnail", **arguments: int) -> tuple[Rendition, Image.Image]:
    (output,) = TASKS[name].run(source, arguments).outputs
    assert isinstance(output, Rendition)
    image = Image.open(output.path)
    image.load()
    assert image.size == (output.width, output.height)
    assert Image.MIME[image.format or ""] == output.mimetype
    return output, image


def alike(seen: Any, wanted: tuple[int, ...], tolerance: int = 24) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(seen, wanted, strict=True))


def is_quarters(image: Image.Image) -> bool:
    x, y = image.width // 4, image.height // 4
    corners = [(x, y), (3 * x, y), (x, 3 * y), (3 * x, 3 * y)]
    colours = [image.convert("RGB").getpixel(corner) for corner in corners]
    return all(map(alike, colours, [RED, GREEN, BLUE, WHITE]))
