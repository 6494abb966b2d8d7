"""HEIF (ISO/IEC 23008-12): its decoder, and what is looked at before that sees a file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pi_heif

pi_heif.register_heif_opener(
    thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
)

TYPE, META = b"ftyp", b"meta"
SMALL, LARGE = 8, 16  # bytes of a box's head, without and with a long size; ISO/IEC 14496-12, 4.2
MOST = 32 << 20  # bytes of a meta box
ITEM = re.compile(rb"(.{4})infe([\x02\x03])", re.DOTALL)  # the size of an item's entry, its version
NUMBERS = {b"\2": 8, b"\3": 10}  # bytes from an entry's version up to its texts; 14496-12, 8.11.6


def check_items(path: Path) -> None:
    """Raises SyntaxError, as Pillow's openers do, for types of items that are no text.

    pi-heif 1.4 takes them for UTF-8, and crashes where they are not.
    """
    with path.open("rb") as stream:
        if stream.read(SMALL)[4:] != TYPE:
            return
        stream.seek(0)
        for meta in _metas(stream):
            for entry in ITEM.finditer(meta):
                end = entry.start() + int.from_bytes(entry[1])
                _check_texts(meta[entry.start(2) + NUMBERS[entry[2]] : end])


def _check_texts(texts: bytes) -> None:
    try:
        texts.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise SyntaxError("an item of a type that is no text") from fault


def _metas(stream: IO[bytes]) -> Iterator[bytes]:
    """The meta boxes of the file; raises SyntaxError for one that is too large."""
    while len(head := stream.read(SMALL)) == SMALL:
        size, known = int.from_bytes(head[:4]), SMALL
        if size == 1:
            size, known = int.from_bytes(stream.read(LARGE - SMALL)), LARGE
        if head[4:] == META:
            if size > MOST:
                raise SyntaxError(f"more than {MOST} bytes about items")
            yield stream.read(size - known if size >= known else MOST)
        elif size < known:
            return  # up to the end of the file, or broken
        else:
            stream.seek(size - known, 1)
