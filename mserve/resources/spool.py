"""Spool: bytes on their way in, one temporary file beside the blobs, hashed as it is written."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, BinaryIO, Protocol

from mserve.errors import ShortBody, StorageFull
from mserve.resources.content import Content

BLOCK = 1 << 20  # bytes
PREFIX = "spool-"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def directory(node: Any) -> str:
    """The folder for temporary files on the file system of the blobs of `node`'s database."""
    path: str = node._p_jar.db().storage.temporaryDirectory()
    return path


@contextmanager
def room() -> Iterator[None]:
    """Tells a full disk as StorageFull."""
    try:
        yield
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull("there is no room for these bytes; nothing was stored") from fault
        raise


class Spool:
    """A file that is not in the tree yet; `discard` it in the end, whether it was taken or not."""

    def __init__(self, folder: str) -> None:
        descriptor, self.path = tempfile.mkstemp(prefix=PREFIX, dir=folder)
        self._file: BinaryIO = os.fdopen(descriptor, "wb", buffering=0)
        self._hash = sha256()
        self.size = 0
        self.sha256 = ""

    @classmethod
    def receive(cls, folder: str, body: Readable, length: int | None) -> "Spool":
        """All of `body`, in constant memory; raises ShortBody where `length` bytes don't come."""
        spool = cls(folder)
        try:
            while block := body.read(BLOCK):
                spool.write(block)
            spool.close(length)
        except BaseException:
            spool.discard()
            raise
        return spool

    @classmethod
    def of_file(cls, path: str) -> "Spool":
        """A copy-free spool of a file that lies beside the blobs; the file itself stays."""
        folder = os.path.dirname(path)
        spool = cls(folder)
        os.unlink(spool.path)
        os.link(path, spool.path)
        with open(path, "rb") as source:
            while block := source.read(BLOCK):
                spool._hash.update(block)
                spool.size += len(block)
            os.fsync(source.fileno())
        spool._file.close()
        spool.sha256 = spool._hash.hexdigest()
        return spool

    def write(self, block: bytes | bytearray) -> None:
        """Appends; raises StorageFull."""
        rest = memoryview(block)
        self._hash.update(rest)
        self.size += len(rest)
        with room():
            while rest:
                rest = rest[self._file.write(rest) :]

    def close(self, length: int | None = None) -> None:
        """Makes the bytes durable; raises ShortBody if they are not `length` bytes."""
        if length is not None and self.size != length:
            raise ShortBody(length, self.size)
        with room():
            os.fsync(self._file.fileno())
        self._file.close()
        self.sha256 = self._hash.hexdigest()

    def content(self) -> Content:
        """A new Content of the bytes; can be asked again when the transaction is tried again.

        The blob takes a hard link, which costs nothing, so that an aborted attempt loses nothing.
        """
        link = f"{self.path}.link"
        discard(link)
        os.link(self.path, link)
        return Content(link, self.size, self.sha256)

    def discard(self) -> None:
        """Removes the temporary file; a Content that was made of it keeps its own link."""
        self._file.close()
        discard(self.path)


def discard(path: str) -> None:
    """Removes a file that may be gone already."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
