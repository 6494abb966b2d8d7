"""Many pictures of all formats, modes and sizes; and files that look like some and are not."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pillow_heif
from PIL import Image

Made = tuple[str, bytes]  # a file's name and bytes

HEIF = {"quality": 50, "enc_params": {"preset": "ultrafast"}}
KINDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("JPEG", "RGB", {}), ("PNG", "RGB", {}), ("WEBP", "RGB", {"method": 0}),
    ("AVIF", "RGB", {"speed": 10}), ("HEIF", "RGB", HEIF), ("TIFF", "RGB", {}),
    ("GIF", "P", {}), ("PDF", "RGB", {}), ("JPEG", "L", {}), ("PNG", "RGBA", {}),
    ("WEBP", "RGBA", {"method": 0}), ("AVIF", "RGBA", {"speed": 10}),
    ("HEIF", "RGBA", HEIF), ("TIFF", "CMYK", {"compression": "tiff_lzw"}),
    ("GIF", "L", {"save_all": True}), ("PDF", "L", {"save_all": True}),
    ("JPEG", "CMYK", {}), ("PNG", "I;16", {}), ("TIFF", "1", {"compression": "group4"}),
    ("JPEG", "RGB", {"progressive": True}), ("PNG", "P", {}), ("TIFF", "F", {}),
    ("WEBP", "RGB", {"lossless": True, "method": 0}), ("PNG", "1", {}), ("PNG", "LA", {}),
)  # fmt: skip
SIZES = ((640, 480), (16, 16), (1200, 1600), (301, 1), (2000, 1500), (800, 2400), (1024, 1024))
LARGE = (6000, 4000)  # 24 million pixels, as a camera's
LARGE_KINDS = KINDS[:8]
EVERY = 50  # one of so many is large


def picture(size: tuple[int, int], mode: str, number: int) -> Image.Image:
    """A gradient with a bar, which has another place for each number."""
    base = Image.radial_gradient("L")
    colours = Image.merge("RGB", (base, base.transpose(Image.Transpose.ROTATE_90), base))
    image = colours.resize(size, Image.Resampling.NEAREST)
    place = number % size[0]
    image.paste((number % 256, 90, 200), (place, 0, place + 9, size[1]))
    if mode in ("RGBA", "LA"):
        image.putalpha(image.getchannel("R"))
        return image if mode == "RGBA" else image.convert("LA")
    return image.convert("I").convert("I;16") if mode == "I;16" else image.convert(mode)


def encoded(image: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(stream, **options)
    elif options.get("save_all"):
        image.save(stream, kind, append_images=[image.rotate(90), image], **options)
    else:
        image.save(stream, kind, **options)
    return stream.getvalue()


def well(count: int) -> Iterator[Made]:
    """So many pictures of which a thumbnail can be made, no two alike."""
    for number in range(count):
        large = number % EVERY == EVERY - 1
        kind, mode, options = (
            LARGE_KINDS[number // EVERY % len(LARGE_KINDS)] if large else KINDS[number % len(KINDS)]
        )
        size = LARGE if large else SIZES[number % len(SIZES)]
        yield (
            f"{number:04}-{mode}.{kind.lower()}",
            encoded(picture(size, mode, number), kind, options),
        )


def broken() -> Iterator[Made]:
    """Ten that cannot be read: cut off somewhere, and no picture at all."""
    for number in range(8):
        kind, mode, options = KINDS[number]
        whole = encoded(picture((800, 600), mode, number), kind, options)
        yield f"cut.{kind.lower()}", whole[: len(whole) // 3]
    yield "head.png", encoded(picture((800, 600), "RGB", 9), "PNG", {})[:40]
    yield "text.jpg", b"This is no picture.\n" * 50


def bombs() -> Iterator[Made]:
    """Three that are small and would take gigabytes: 900 million to 4 thousand million pixels."""
    yield "bomb.png", _png(30_000, 30_000)
    head = encoded(picture((16, 16), "P", 0), "GIF", {})
    yield "bomb.gif", head[:6] + struct.pack("<HH", 65_000, 65_000) + head[10:]
    yield "bomb.jpeg", _resized_jpeg(65_000, 65_000)


def _png(width: int, height: int) -> bytes:
    """All of one colour, so that a kilobyte of it stands for a megabyte."""
    row = bytes(1 + width // 8)
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _resized_jpeg(width: int, height: int) -> bytes:
    """A small one whose frame header (SOF0, ITU-T T.81, B.2.2) says that it is large."""
    whole = encoded(picture((16, 16), "RGB", 0), "JPEG", {})
    place = whole.index(b"\xff\xc0") + 5
    return whole[:place] + struct.pack(">HH", height, width) + whole[place + 4 :]
