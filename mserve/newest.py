"""Newest: the number of the tree's newest transaction, where all processes of a machine see it.

The storage server writes it into a file of eight bytes before it answers a commit; a client that
has the file in its memory knows without a question whether it has heard of every commit that was
answered. A number that is read while it is written is none that a client could have heard of, or
the one before, whose successor nobody was told of yet.
"""

import mmap
import os
from pathlib import Path
from typing import NamedTuple

SIZE = 8  # bytes of a transaction's number, in ZODB
NONE = bytes(SIZE)


class Place(NamedTuple):
    """Which file it is, whatever else may get its name later."""

    path: str
    device: int
    inode: int


class Newest:
    """The file in this process's memory. It is never replaced, or clients would look at another."""

    def __init__(self, path: str, *, write: bool = False) -> None:
        file = os.open(
            path, os.O_CLOEXEC | (os.O_RDWR | os.O_CREAT if write else os.O_RDONLY), 0o600
        )
        try:
            if write:
                os.ftruncate(file, SIZE)
            found = os.fstat(file)
            self.place = Place(path, found.st_dev, found.st_ino)
            access = mmap.ACCESS_WRITE if write else mmap.ACCESS_READ
            self._bytes = mmap.mmap(file, SIZE, access=access)
        finally:
            os.close(file)

    def write(self, transaction: bytes) -> None:
        self._bytes[:] = transaction

    def read(self) -> bytes:
        return self._bytes[:]


def create(path: Path, transaction: bytes) -> Newest:
    """The server's, that says `transaction` from now on."""
    newest = Newest(str(path), write=True)
    newest.write(transaction)
    return newest


def find(place: object) -> Newest | None:
    """The client's, of the place that its server has told; None where that is not here."""
    if not isinstance(place, tuple):
        return None
    try:
        newest = Newest(str(place[0]))
    except (OSError, ValueError):
        return None
    return newest if newest.place == place else None
