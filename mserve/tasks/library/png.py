"""PNG (W3C Recommendation): what it says behind its pixels, found without decoding them."""

import struct
from collections.abc import Iterator
from typing import IO

from PIL import Image

FORMAT = "PNG"
START = 8  # bytes before the first chunk
HEAD = struct.Struct(">I4s")  # of a chunk: the length of its data, its name; a checksum follows
CHECK = 4
EXIF, TEXT, XMP = b"eXIf", b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0"
RAW = "Raw profile type exif"  # how EXIF was kept before there was a chunk for it
LONGEST = 4 << 20  # bytes of a chunk that is read


def read_late_chunks(image: Image.Image) -> None:
    """Puts EXIF and XMP that come after the pixels where Pillow puts those that come before.

    Pillow would decode all pixels to look for them.
    """
    stream = getattr(image, "fp", None)
    if image.format != FORMAT or stream is None:
        return
    for name, data in _chunks(stream):
        if name == EXIF:
            image.info.setdefault("exif", data)
        elif name == TEXT and data.startswith(XMP):
            image.info.setdefault("xmp", data[len(XMP) :])
    if RAW not in image.info:
        image.info.setdefault("exif", b"")  # there is none, as Pillow need not find out


def _chunks(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The names and data of chunks that may hold metadata; the stream stays where it is."""
    before = stream.tell()
    stream.seek(START)
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        length, name = HEAD.unpack(head)
        if name in (EXIF, TEXT) and length <= LONGEST:
            yield name, stream.read(length)
            length = 0
        stream.seek(length + CHECK, 1)
    stream.seek(before)
