"""Deposit: a file that came by a key which shows nothing but what came by it (roles.OWN_ONLY)."""

from enum import Enum
from typing import Any, NamedTuple

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from mserve.resources.index import Timeline, newest_first

SHARDS = 4

Depositor = tuple[str, ...]
"""By whom: what the links of the chain are called, from the narrowest to the first that shows its
own alone. Each of them sees the file, and nobody who holds another."""


class Reach(Enum):
    """Whether a place that is no node is open to depositors."""

    NONE = "none"
    TOP = "top"  # that of the node which the key was made for
    OWN = "own"  # that of a file of theirs
    ANY = "any"


class Deposit(NamedTuple):
    """What its receipt tells: digest and bytes, when they were received (µs), and by which service.

    `service` is an id.
    """

    depositor: Depositor
    service: str
    sha256: str
    size: int
    received: int


class Deposits(Persistent):  # type: ignore[misc]  # persistent has no types
    """Ids of deposited files by depositor, newest first."""

    def __init__(self) -> None:
        self.of = OOBTree()

    def add(self, mfile: Any) -> None:
        for name in mfile.deposit.depositor:
            if name not in self.of:
                self.of[name] = Timeline(SHARDS)
            self.of[name][_key(mfile)] = mfile.id

    def drop(self, mfile: Any) -> None:
        """Forgets the file, if it was deposited."""
        for name in () if mfile.deposit is None else mfile.deposit.depositor:
            if name in self.of:
                self.of[name].discard(_key(mfile))

    def page(self, name: str, limit: int, after: str | None = None) -> list[tuple[str, str]]:
        """Up to `limit` (key, id) pairs, newest first, after the key `after`."""
        found = self.of.get(name)
        return [] if found is None else found.page(limit, after)


def _key(mfile: Any) -> str:
    return newest_first(mfile.deposit.received, mfile.id)
