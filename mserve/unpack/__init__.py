"""Unpacking: a zip or tar becomes spools, outside of any transaction; all of it, or nothing.

An archive is a stranger's: its names, sizes and counts are believed only as far as they are seen
while it is read, and what is neither file nor folder in it refuses the whole.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from mserve.errors import BadInput
from mserve.resources.spool import Spool
from mserve.unpack.entries import Entry, Found, Limits, Unpacked
from mserve.unpack.tars import tar_entries
from mserve.unpack.zips import zip_entries

__all__ = ["KINDS", "Entry", "Limits", "unpacked"]

KINDS: Mapping[str, Callable[[str, Limits], Iterator[Found]]] = {
    "zip": zip_entries,
    "tar": tar_entries,
}


@contextmanager
def unpacked(kind: str, archive: Spool, folder: str, limits: Limits) -> Iterator[list[Entry]]:
    """The archive's entries in its order; their spools lie in `folder` and are discarded after.

    Raises BadInput where `kind` is none of KINDS, BadArchive, BadName, TooLarge, StorageFull.
    """
    if kind not in KINDS:
        raise BadInput(f"unpack should be one of: {', '.join(KINDS)}")
    result = Unpacked(folder, archive.size, limits)
    try:
        for found in KINDS[kind](archive.path, limits):
            result.take(found)
        result.end()
        yield result.entries
    finally:
        result.discard()
