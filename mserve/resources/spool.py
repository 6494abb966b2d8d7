"""Spool: bytes on their way in, one temporary file beside the blobs, hashed as it is written."""

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol

from mserve import turn
from mserve.errors import ShortBody, StorageFull
from mserve.resources.content import Content
from mserve.resources.hashing import SHA256, Hashing

BLOCK = 1 << 20  # bytes
PREFIX = "spool-"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes | bytearray: ...


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


def write_all(descriptor: int, block: bytes | bytearray) -> None:
    """Writes the whole block; raises StorageFull."""
    rest = memoryview(block)
    with room():
        while rest:
            rest = rest[os.write(descriptor, rest) :]


class Spool:
    """A file that is not in the tree yet; `discard` it in the end, whether it was taken or not.

    `algorithms` (hashlib's names) are computed besides SHA-256; `digests` holds them in the end.
    """

    def __init__(self, folder: str, algorithms: Iterable[str] = ()) -> None:
        with room():
            descriptor, self.path = tempfile.mkstemp(prefix=PREFIX, dir=folder)
        self._file: BinaryIO = os.fdopen(descriptor, "wb", buffering=0)
        self._hashing = Hashing(algorithms)
        self._links: list[str] = []
        self.digests: Mapping[str, bytes] = {}

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return self._hashing.size

    @property
    def sha256(self) -> str:
        """In hex, once the spool is closed."""
        return self.digests[SHA256].hex()

    @classmethod
    def receive(
        cls, folder: str, body: Readable, length: int | None, algorithms: Iterable[str] = ()
    ) -> "Spool":
        """All of `body`, in constant memory; raises ShortBody where `length` bytes don't come."""
        spool = cls(folder, algorithms)
        try:
            while block := body.read(BLOCK):
                spool.write(block)
            spool.close(length)
        except BaseException:
            spool.discard()
            raise
        return spool

    @classmethod
    def of_file(
        cls,
        path: str,
        known: Hashing | None = None,
        algorithms: Iterable[str] = (),
        folder: str | None = None,
    ) -> "Spool":
        """A copy-free spool of a file that lies beside the blobs; the file itself stays.

        It is in `folder`, or where the file is. Its bytes are read once to be hashed, where `known`
        has not hashed all of them.
        """
        spool = cls(folder or os.path.dirname(path), algorithms)
        try:
            os.unlink(spool.path)
            os.link(path, spool.path)
            with open(path, "rb") as source:
                if known is not None and known.size == os.fstat(source.fileno()).st_size:
                    spool._hashing = known
                else:
                    spool._read(source)
                with room():
                    os.fsync(source.fileno())
            spool._end()
        except BaseException:
            spool.discard()
            raise
        return spool

    def _read(self, source: BinaryIO) -> None:
        turn.give()
        while block := source.read(BLOCK):
            self._hashing.update(block)

    def write(self, block: bytes | bytearray) -> None:
        """Appends; raises StorageFull."""
        self._hashing.update(block)
        write_all(self._file.fileno(), block)

    @property
    def descriptor(self) -> int:
        """For who appends by other means than `write`, and has the bytes hashed by `note`."""
        return self._file.fileno()

    def note(self, block: bytes) -> None:
        self._hashing.update(block)

    def close(self, length: int | None = None, *, durable: bool = True) -> None:
        """Makes the bytes durable; raises ShortBody if they are not `length` bytes."""
        if length is not None and self.size != length:
            raise ShortBody(length, self.size)
        if durable:
            turn.give()
            with room():
                os.fsync(self._file.fileno())
        self._end()

    def _end(self) -> None:
        self._file.close()
        self.digests = self._hashing.finish()

    def content(self) -> Content:
        """A new Content of the bytes; can be asked again when the transaction is tried again.

        The blob takes a hard link, which costs nothing, so that an aborted attempt loses nothing.
        """
        link = f"{self.path}.{len(self._links)}"
        with room():
            os.link(self.path, link)
        self._links.append(link)
        content = Content(link, self.size, self.sha256)
        content.learn({name: digest.hex() for name, digest in self.digests.items()})
        return content

    def discard(self) -> None:
        """Removes the temporary file; a Content that was made of it keeps its own link."""
        self._file.close()
        self._hashing.finish()
        discard(self.path)

    def clear(self) -> None:
        """When the transaction is over: also removes the links of what was not committed."""
        self.discard()
        for link in self._links:
            discard(link)


def discard(path: str) -> None:
    """Removes a file that may be gone already."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
