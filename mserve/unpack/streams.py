"""Streams: bytes of a compressed file, read once from start to end, in little memory."""

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from mserve.errors import BadArchive
from mserve.resources.spool import BLOCK

MEMORY = 128 << 20  # bytes that a decompressor may take; xz -9 needs 65 MiB
TAIL = 512  # tarfile steps back by one byte
PADDING = 16 << 20  # bytes that may follow the end of a tar, up to the size of its records
BROKEN = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)


class _Gzip:
    """zlib's decompressor with the manners of the two others."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=31)

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, most)

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(memlimit=MEMORY)


MAGIC: tuple[tuple[bytes, Any], ...] = (
    (b"\x1f\x8b", _Gzip),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", _xz),
)


def decompressed(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of `file`, block by block; of gzip, bzip2 and xz what is packed in it."""
    start = file.read(6)
    file.seek(0)
    make = next((make for magic, make in MAGIC if start.startswith(magic)), None)
    return _plain(file) if make is None else _decompressed(file, make)


def _plain(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _decompressed(file: BinaryIO, make: Any) -> Iterator[bytes]:
    """One stream after the other, as gzip, bzip2 and xz allow; zeros may follow them."""
    rest = b""
    while rest or (rest := file.read(BLOCK).lstrip(b"\0")):
        stream = make()
        while not stream.eof:
            if stream.needs_input and not rest and not (rest := file.read(BLOCK)):
                raise EOFError("the compressed data ends too soon")
            block, rest = stream.decompress(rest, BLOCK), b""
            if block:
                yield block
        rest = stream.unused_data.lstrip(b"\0")


class Forward:
    """What tarfile needs of a file, on blocks that come once."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._ready = b""
        self._place = 0  # in what is ready; some of what was read stays before it
        self._position = 0
        self._ended = False

    def tell(self) -> int:
        return self._position

    def read(self, size: int) -> bytes:
        """Raises BadArchive where tarfile wants a header whole that is too long for one."""
        if not 0 <= size <= BLOCK:
            raise BadArchive("a header of the tar archive is too long")
        while len(self._ready) - self._place < size and (block := next(self._blocks, b"")):
            start = max(0, self._place - TAIL)
            self._ready, self._place = self._ready[start:] + block, self._place - start
        taken = self._ready[self._place : self._place + size]
        self._place += len(taken)
        self._position += len(taken)
        self._ended = len(taken) < size
        return taken

    def finish(self) -> None:
        """Reads on to the end, as checksums come last; raises EOFError where it was cut."""
        if self._ended:
            raise EOFError("the archive ends without its end")
        for _ in range(PADDING // BLOCK):
            if not self.read(BLOCK):
                return
        raise BadArchive("too much follows the end of the tar archive")

    def seek(self, position: int) -> int:
        """Forward to any place, backward a few bytes."""
        back = self._position - position
        if back > self._place:
            raise BadArchive("the tar archive cannot be read from start to end")
        if back > 0:
            self._place -= back
            self._position = position
        while self._position < position and self.read(min(BLOCK, position - self._position)):
            pass
        return self._position
