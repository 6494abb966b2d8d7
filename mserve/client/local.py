"""Files on this machine: what identifies them, their blocks, and the digest of what was read."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mserve.client.errors import LocalFault

BLOCK = 1 << 18  # bytes
Check = Callable[[], None]


@contextmanager
def local_faults(path: Path) -> Iterator[None]:
    """Tells an OSError as LocalFault."""
    try:
        yield
    except OSError as fault:
        raise LocalFault(f"{path}: {fault.strerror or fault}") from fault


@dataclass(frozen=True)
class LocalFile:
    """A regular file as it was when it was looked at."""

    path: Path
    size: int
    mtime_ns: int
    inode: int
    device: int

    @classmethod
    def of(cls, path: Path) -> "LocalFile":
        """Raises LocalFault where it is not there, or is no regular file."""
        with local_faults(path):
            found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "not a regular file"
            raise LocalFault(f"{path} is {kind}")
        return cls(path, found.st_size, found.st_mtime_ns, found.st_ino, found.st_dev)

    @property
    def identity(self) -> tuple[str | int, ...]:
        """Another file, or other bytes, have another one."""
        return os.path.abspath(self.path), self.size, self.mtime_ns, self.inode, self.device

    def check_unchanged(self) -> None:
        if LocalFile.of(self.path) != self:
            raise LocalFault(f"{self.path} was changed while it was read")

    def sha256(self, check: Check) -> str:
        """In hex; `check` may raise to end it."""
        digest = Digest(self.path)
        digest.read_to(self.size, check)
        return digest.hexdigest()


class Digest:
    """SHA-256 of the first `size` bytes of a file, some of which others have read already."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._hash = hashlib.sha256()

    def take(self, offset: int, block: bytes) -> None:
        """Bytes at `offset`, or those of them that are new, if none between are missing."""
        skip = self.size - offset
        if 0 <= skip < len(block):
            self._hash.update(memoryview(block)[skip:])
            self.size = offset + len(block)

    def read_to(self, size: int, check: Check) -> None:
        """Reads what is missing up to `size`; raises LocalFault where the file is shorter."""
        for block in blocks(self.path, self.size, size, check):
            self.take(self.size, block)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def blocks(path: Path, start: int, end: int, check: Check) -> Iterator[bytes]:
    """The bytes from `start` up to `end`; raises LocalFault where the file ends before."""
    if start >= end:
        return
    with local_faults(path), path.open("rb", buffering=0) as file:
        file.seek(start)
        while start < end:
            check()
            block = file.read(min(BLOCK, end - start))
            if not block:
                raise LocalFault(f"{path} has become shorter while it was read")
            start += len(block)
            yield block
