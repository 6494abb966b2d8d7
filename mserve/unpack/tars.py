"""Tar archives (POSIX pax, ustar, GNU), plain or compressed; what they are, their bytes tell."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from tarfile import TarFile, TarInfo
from typing import Any

from mserve.errors import BadArchive
from mserve.resources.spool import BLOCK
from mserve.unpack.entries import Found, Limits
from mserve.unpack.streams import BROKEN, Forward, decompressed


def tar_entries(path: str, limits: Limits) -> Iterator[Found]:
    """Raises BadArchive where it is broken or holds what is not unpacked."""
    with open(path, "rb") as file, readable():
        stream: Any = Forward(decompressed(file))
        with tarfile.open(fileobj=stream, mode="r:", errors="strict") as archive:
            while member := archive.next():
                archive.members = []  # type: ignore[attr-defined]  # else they are all kept
                yield _found(archive, member)
        stream.finish()


@contextmanager
def readable() -> Iterator[None]:
    """Tells all that tarfile and the decompressors raise as BadArchive."""
    try:
        yield
    except (tarfile.TarError, *BROKEN) as fault:
        raise BadArchive(f"the tar archive cannot be read: {fault}") from fault


def _found(archive: TarFile, member: TarInfo) -> Found:
    if member.isdir():
        return Found(member.name, None)
    if not member.isreg() or member.issparse():
        raise BadArchive(f"{member.name!r} is a link, device or the like; files are unpacked only")
    return Found(member.name, _blocks(archive, member))


def _blocks(archive: TarFile, member: TarInfo) -> Iterator[bytes]:
    with readable():
        source = archive.extractfile(member)
        assert source is not None  # of a regular file it is not
        while block := source.read(BLOCK):
            yield block
