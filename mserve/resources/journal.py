"""Journal: every report of consumption, as it came, in the transaction of what it reports.

The entries (entry.py) of one transaction are one Parcel. Parcels wait in `pending`, in shards by
the process that wrote them, so that writers seldom meet, until a scheduler books them
(mserve/booking.py) into the accounts' rows (series.py); then they are kept, a week in each part, so
that old ones go whole.

Who books does not touch `pending`, which all others write: it would meet them, and do all of its
work in vain. It notes what it has booked in `taken`, which nobody else writes, and now and then
takes that off `pending` in a transaction of its own.
"""

from collections.abc import Iterator
from itertools import islice
from secrets import token_hex
from typing import Any

from BTrees.IOBTree import IOBTree
from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOTreeSet
from persistent import Persistent

from mserve.resources import clock, ripple
from mserve.resources.entry import Entry
from mserve.resources.ids import new_id
from mserve.resources.index import Timeline, Transit
from mserve.resources.lane import LANES, Lane
from mserve.resources.loading import prefetch
from mserve.resources.packing import pack, unpack
from mserve.resources.per_transaction import PerTransaction
from mserve.resources.sheet import Sheet

MOST = 200  # entries in a parcel
PAGE = 200  # parcels that are loaded at once
PART = 7 * 86_400 * clock.SECOND


class Parcel(Persistent):  # type: ignore[misc]  # persistent has no types
    """The entries of one transaction. It is never changed after."""

    entries: tuple[Entry, ...] = ()
    _v_sheet: Sheet | None = None
    _v_noted: set[bytes] | None = None

    def __init__(self, key: str) -> None:
        self.key = key

    def sheet(self) -> Sheet:
        """That of the files that come in the transaction."""
        if self._v_sheet is None or self._v_sheet.full:
            self._v_sheet = Sheet()
        return self._v_sheet

    def __getstate__(self) -> dict[str, Any]:
        entries = pack([*map(tuple, self.entries)])
        return {"key": self.key, "entries": entries}

    def __setstate__(self, state: dict[str, Any]) -> None:
        entries = tuple(Entry(*each) for each in unpack(state.get("entries", ())))
        super().__setstate__({**state, "entries": entries})


class Pending(Timeline, Transit):
    """Parcels that are not booked yet, or just so, by their keys."""


class Journal(PerTransaction):
    """One per site, `site.journal`. `parts` are by week; `taken` has keys of `pending`."""

    last = 0
    """When a parcel was booked last (µs); each has a moment of its own."""
    lanes: tuple[Lane, ...] = ()

    def __init__(self) -> None:
        self.pending = Pending()
        self.taken = OOTreeSet()
        self.parts = IOBTree()
        self.lanes = new_lanes()

    def note(self, entry: Entry) -> Parcel:
        """Adds the entry to the transaction's parcel."""
        parcel = self._parcel()
        parcel.entries = (*parcel.entries, entry)
        if parcel._v_noted is None:
            parcel._v_noted = ripple.noted(self._p_jar)
        parcel._v_noted.add(entry.accounts)
        return parcel

    def _parcel(self) -> Parcel:
        """The transaction's; made where there is none yet, or no room in it."""
        parcel: Parcel | None = self.of_transaction()
        if parcel is None or len(parcel.entries) >= MOST:
            parcel = Parcel(new_key(clock.now()))
            self.pending[parcel.key] = parcel
            self.remember(parcel)
        return parcel

    def lane(self, parcel: Parcel) -> Lane | None:
        """That of the process that makes the parcel; None: there are none yet."""
        number = Timeline.place(parcel.key)
        return self.lanes[number % len(self.lanes)] if self.lanes else None

    def holds(self, parcel: Parcel) -> bool:
        return self.pending.get(parcel.key) is parcel

    def count_waiting(self) -> int:
        """How many parcels are not booked yet."""
        return self.pending.count() - len(self.taken)

    def waiting(self, limit: int) -> list[tuple[str, Parcel]]:
        """Up to `limit` parcels that are to be booked, the oldest first."""
        page = self.pending.page(limit + len(self.taken))
        found = [item for item in page if item[0] not in self.taken][:limit]
        prefetch(parcel for _, parcel in found)
        return found

    def all_waiting(self) -> Iterator[Parcel]:
        """Those that are not booked yet."""
        parcels = (parcel for key, parcel in self.pending.items() if key not in self.taken)
        while page := [*islice(parcels, PAGE)]:
            prefetch(page)
            yield from page

    def about(self, account: bytes) -> Iterator[Entry]:
        """The entries that are not booked yet, of those that change the account."""
        for parcel in self.all_waiting():
            yield from (entry for entry in parcel.entries if entry.concerns(account))

    def keep(self, key: str, parcel: Parcel) -> int:
        """The parcel is booked; returns when (µs)."""
        self.taken.add(key)
        self.last = max(self.last + 1, clock.now())
        number = self.last // PART
        if number not in self.parts:
            self.parts[number] = LOBTree()
        self.parts[number][self.last] = parcel
        return self.last

    def clear(self, limit: int) -> int:
        """Takes up to `limit` parcels that are booked off `pending`; returns how many."""
        keys = [*islice(self.taken, limit)]
        for key in keys:
            self.pending.discard(key)
            self.taken.remove(key)
        return len(keys)

    def kept(self, start: int) -> Iterator[tuple[int, Parcel]]:
        """Parcels that were booked from `start` (µs) on, in that order, and when."""
        for part in self.parts.values(start // PART):
            yield from part.items(start)

    def drop(self, moment: int) -> None:
        """Lets go of booked parcels in the parts that end before `moment` (µs)."""
        for number in [*self.parts.keys(max=moment // PART, excludemax=True)]:
            del self.parts[number]


def new_lanes() -> tuple[Lane, ...]:
    """Those of a journal."""
    return tuple(Lane() for _ in range(LANES))


def new_key(moment: int) -> str:
    """The key of a parcel made at `moment` (µs), of which there is no other."""
    return f"{moment:016x}-{new_id()[:2]}{token_hex(3)}"
