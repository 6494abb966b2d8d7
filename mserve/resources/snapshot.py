"""Snapshot: the state of the tree that a transaction sees, as a number.

Each transaction that commits gets a higher number than all before it, whatever process it is of,
and whatever the clocks say; and the objects that it wrote carry that number. So what was changed
since a snapshot is what carries a higher one.
"""

from typing import Any

from persistent.TimeStamp import TimeStamp
from ZODB.utils import p64, u64

from mserve.resources.clock import SECOND


def newest_seen(thing: Any) -> bytes:
    """The number of the newest transaction that the one of `thing`, a stored object, can see."""
    storage = thing._p_jar._storage
    before = getattr(storage, "_start", None)  # ZODB's own view of a storage; RelStorage has none
    number: bytes = storage.lastTransaction() if before is None else p64(u64(before) - 1)
    return number


def written(thing: Any) -> bytes:
    """The number of the transaction that wrote `thing` last, as far as this one can see."""
    thing._p_activate()
    number: bytes = thing._p_serial
    return number


def moment(number: bytes) -> int:
    """When that transaction was committed (µs), by the storage's clock."""
    return int(TimeStamp(number).timeTime() * SECOND)
