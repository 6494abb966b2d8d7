"""Brief: what was booked in a file's account, in one value of the index, as long as it is little.

Most files are reported on as they come, and hardly ever after: rows would be one more object of the
database for each of them. A brief has entries of one day, those about the same added up, which are
read as the rows that they would have changed. What is of more days, or longer, becomes rows.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

from BTrees.OOBTree import OOBTree

from mserve.resources.entry import Entry
from mserve.resources.packing import pack, unpack
from mserve.resources.posting import post
from mserve.resources.rows import Rows
from mserve.resources.sums import Sums

MOST = 2048  # bytes of it
Brief = bytes


def is_brief(found: Any) -> TypeGuard[Brief]:
    """Whether that of an account is a brief; else it is its rows."""
    return isinstance(found, bytes)


def joined(brief: Brief | None, account: bytes, entries: Iterable[Entry]) -> Brief | Rows:
    """With more entries, of which the moments (µs) are the beginnings of days."""
    sums = Sums(file=True)
    for entry in (*entries_in(brief, account), *entries):
        sums.add(entry, account, entry.moment)
    found = [*sums]
    made = _packed(found)
    return made if _is_little(made, found) else _rows(account, found)


def spelled(brief: Brief, account: bytes) -> Rows:
    """The rows that it stands for."""
    return _rows(account, entries_in(brief, account))


def entries_in(brief: Brief | None, account: bytes) -> Iterator[Entry]:
    """What it has, added up."""
    for moment, reports, tags, shares in () if brief is None else unpack(brief):
        yield Entry(moment, account, reports, tags, True, shares)


def _packed(entries: Iterable[Entry]) -> Brief:
    return pack([(each.moment, each.reports, each.tags, each.shares) for each in entries])


def _is_little(brief: Brief, entries: list[Entry]) -> bool:
    return len(brief) <= MOST and len({each.moment for each in entries}) <= 1


def _rows(account: bytes, entries: Iterable[Entry]) -> Rows:
    rows = OOBTree()
    for entry in entries:
        post(rows, entry, account)
    return rows
