"""Copying of ranges of files: no byte is copied where the file system can share blocks."""

import errno
import os
from collections.abc import Iterable
from typing import BinaryIO

from mserve import turn
from mserve.errors import Missing, ShortBody
from mserve.resources.spool import BLOCK, Spool, room, write_all

STEP = 1 << 26  # bytes that the kernel copies at once
UNSHARED = frozenset({errno.EXDEV, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})
"""Why a file system does not copy by itself."""


Source = tuple[str, int, int]
"""A range of a file: its path, offset, size."""


def joined(folder: str, sources: Iterable[Source], algorithms: Iterable[str]) -> Spool:
    """A spool in `folder` of all of them. Raises Missing, ShortBody, StorageFull."""
    spool = Spool(folder, algorithms)
    try:
        for path, offset, size in sources:
            with open(path, "rb") as source:
                copy(source, spool, offset, size)
        spool.close()
    except FileNotFoundError:
        spool.discard()
        raise Missing("a part of it has gone meanwhile") from None
    except BaseException:
        spool.discard()
        raise
    return spool


def copy(source: BinaryIO, spool: Spool, offset: int, size: int) -> None:
    """Appends `size` bytes of a file, from `offset` on, to `spool`.

    Raises ShortBody where the file ends before, StorageFull.
    """
    turn.give()
    left = size
    while left:
        with room():
            done = _copied(source.fileno(), spool.descriptor, min(left, STEP), offset)
        if not done:
            raise ShortBody(size, size - left)
        _hash(source, spool, offset, done)
        offset, left = offset + done, left - done


def _copied(source: int, target: int, size: int, offset: int) -> int:
    """Appends up to `size` bytes; returns how many."""
    try:
        return os.copy_file_range(source, target, size, offset)
    except OSError as fault:
        if fault.errno not in UNSHARED:
            raise
    block = os.pread(source, min(size, BLOCK), offset)
    write_all(target, block)
    return len(block)


def _hash(source: BinaryIO, spool: Spool, offset: int, size: int) -> None:
    while size:
        block = os.pread(source.fileno(), min(size, BLOCK), offset)
        spool.note(block)
        offset, size = offset + len(block), size - len(block)
