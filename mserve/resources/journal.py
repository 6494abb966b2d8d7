"""Journal: every report of consumption, as it came, in the transaction of what it reports.

The entries (entry.py) of a transaction are said in the lane of its process (lane.py), which it
writes anyway; what some have said there becomes one Parcel, and so does what is too much for a
lane. Parcels wait in `pending`, in shards by the process that wrote them, so that writers seldom
meet, until a scheduler books them (mserve/booking.py) into the accounts' rows (series.py); then
they are kept, a week in each part, so that old ones go whole.

Who books does not touch `pending`, which all others write: it would meet them, and do all of its
work in vain. It notes what it has booked in `taken`, which nobody else writes, and now and then
takes that off `pending` in a transaction of its own.
"""

from collections.abc import Iterator
from itertools import islice
from secrets import token_hex

from BTrees.IOBTree import IOBTree
from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOTreeSet

from mserve.resources import clock, ripple
from mserve.resources.draft import Draft
from mserve.resources.entry import Entry
from mserve.resources.ids import new_id
from mserve.resources.index import Timeline, Transit
from mserve.resources.lane import LANES, Lane
from mserve.resources.loading import prefetch
from mserve.resources.parcel import Parcel, Words, entries_of, may_name
from mserve.resources.per_transaction import PerTransaction

HELD = 4
"""Transactions that have said something in a lane, before all that becomes a parcel."""
PAGE = 200  # parcels that are loaded at once
PART = 7 * 86_400 * clock.SECOND


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

    def note(self, entry: Entry, *, new: bool = False) -> Draft:
        """Adds the entry to what the transaction says; new: it is of a file that nobody knows."""
        draft: Draft | None = self.of_transaction()
        if draft is None or draft.full:
            draft = self._begin(first=draft is None)
            self.remember(draft)
        draft.add(entry, new)
        return draft

    def _begin(self, first: bool) -> Draft:
        """In a lane, if it is the transaction's first."""
        key = new_key(clock.now())
        lane = self.lane(key)
        home: Lane | Parcel | None = lane if first else None
        if home is None:
            home = self._list(Parcel(key))
        elif len(home.said) >= HELD:
            self._empty(home)
        return Draft(key, home, lane, ripple.noted(self._p_jar))

    def own_lane(self) -> Lane | None:
        """That of this process; None: there are none yet."""
        return self.lane(new_key(0))

    def lane(self, key: str) -> Lane | None:
        """That of the process that made the key; None: there are none yet."""
        return self.lanes[Timeline.place(key) % len(self.lanes)] if self.lanes else None

    def holds(self, draft: Draft) -> bool:
        if draft.home is draft.lane:
            return draft.key in draft.home.said
        return self.pending.get(draft.key) is draft.home

    def gather(self) -> None:
        """Has all that is said in lanes listed as parcels."""
        prefetch(self.lanes)
        for lane in self.lanes:
            if lane.said:
                self._empty(lane)

    def _empty(self, lane: Lane) -> None:
        said = lane.give()
        self._list(Parcel(new_key(moment_of(min(said))), said))

    def _list(self, parcel: Parcel) -> Parcel:
        self.pending[parcel.key] = parcel
        return parcel

    def count_waiting(self) -> int:
        """How many parcels are not booked yet, and transactions that have said something since."""
        return self.pending.count() - len(self.taken) + sum(len(lane.said) for lane in self.lanes)

    def waiting(self, limit: int) -> list[tuple[str, Parcel]]:
        """Up to `limit` parcels that are to be booked, the oldest first."""
        page = self.pending.page(limit + len(self.taken))
        found = [item for item in page if item[0] not in self.taken][:limit]
        prefetch(parcel for _, parcel in found)
        return found

    def all_waiting(self) -> Iterator[Entry]:
        """The entries that are not booked yet."""
        for words in self._words():
            yield from entries_of(words)

    def about(self, account: bytes) -> Iterator[Entry]:
        """Those of them that change the account."""
        for words in self._words():
            if may_name(words, account):
                yield from (entry for entry in entries_of(words) if entry.concerns(account))

    def _words(self) -> Iterator[Words]:
        parcels = (parcel for key, parcel in self.pending.items() if key not in self.taken)
        while page := [*islice(parcels, PAGE)]:
            prefetch(page)
            for parcel in page:
                yield from parcel.said.values()
        prefetch(self.lanes)
        for lane in self.lanes:
            yield from lane.said.values()

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
    """The key of what is said, or listed, at `moment` (µs), of which there is no other."""
    return f"{moment:016x}-{new_id()[:2]}{token_hex(3)}"


def moment_of(key: str) -> int:
    """When it was made (µs)."""
    return int(key.partition("-")[0], 16)
