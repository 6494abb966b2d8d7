"""Entries of an archive, checked one by one: names, kinds, counts and sizes."""

import os
from collections.abc import Iterable
from ctypes import CDLL, get_errno
from dataclasses import dataclass

from mserve.errors import BadArchive, TooLarge
from mserve.resources.names import check_path
from mserve.resources.spool import Spool, room

SLACK = 1 << 20  # bytes to which any archive may grow
LIBC = CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Limits:
    """What one archive may grow to: entries, bytes, and bytes for each byte of the archive."""

    files: int
    size: int
    ratio: int


@dataclass(frozen=True)
class Found:
    """What an archive holds next: its name as written, and its bytes; None: a folder."""

    name: str
    blocks: Iterable[bytes] | None


@dataclass(frozen=True)
class Entry:
    """A file with its spool, or a folder without one, at the path `names`."""

    names: tuple[str, ...]
    spool: Spool | None


class Unpacked:
    """Takes what is found, as long as it keeps to the limits."""

    def __init__(self, folder: str, packed: int, limits: Limits) -> None:
        self.folder = folder
        self.limits = limits
        self.most = min(limits.size, packed * limits.ratio + SLACK)
        self.size = 0
        self.entries: list[Entry] = []
        self.files: set[tuple[str, ...]] = set()
        self.folders: set[tuple[str, ...]] = set()

    def take(self, found: Found) -> None:
        """Raises BadArchive, BadName, TooLarge, StorageFull."""
        if found.name in (".", "./"):
            return  # the folder that was packed
        names = check_path(found.name)
        if len(self.entries) == self.limits.files:
            raise TooLarge(f"the archive has more than {self.limits.files} files and folders")
        self._enter(names, found)
        self.entries.append(
            Entry(names, None if found.blocks is None else self._spool(found.blocks))
        )

    def _enter(self, names: tuple[str, ...], found: Found) -> None:
        above = {names[:depth] for depth in range(1, len(names))}
        twice = names in self.files or (found.blocks is not None and names in self.folders)
        if twice or above & self.files:
            raise BadArchive(f"the archive has {found.name!r} more than once")
        self.folders |= above
        (self.folders if found.blocks is None else self.files).add(names)

    def _spool(self, blocks: Iterable[bytes]) -> Spool:
        spool = Spool(self.folder)
        try:
            for block in blocks:
                self.size += len(block)
                if self.size > self.most:
                    raise TooLarge(f"the archive unpacks to more than {self.most} bytes")
                spool.write(block)
            spool.close(durable=False)
        except BaseException:
            spool.discard()
            raise
        return spool

    def end(self) -> None:
        """Makes all files durable at once, which takes a fraction of a call for each."""
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with room():
                if LIBC.syncfs(descriptor):
                    raise OSError(get_errno(), "syncfs failed")
        finally:
            os.close(descriptor)

    def discard(self) -> None:
        for entry in self.entries:
            if entry.spool is not None:
                entry.spool.clear()
