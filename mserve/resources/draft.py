"""Draft: what the transaction under way says in the journal (journal.py)."""

from mserve.resources.entry import Entry
from mserve.resources.lane import Lane
from mserve.resources.parcel import Parcel, entries_of

FEW = 16
"""Entries of one transaction in a lane, which is stored whole each time."""
MOST = 200  # entries of one transaction in a parcel


class Draft:
    """Under a key, in the lane of the process or in a parcel.

    lane: to which it adds what it changes in sums; None: there are none yet.
    """

    def __init__(self, key: str, home: Lane | Parcel, lane: Lane | None, noted: set[bytes]) -> None:
        self.key, self.home, self.lane = key, home, lane
        self._noted = noted

    @property
    def full(self) -> bool:
        most = FEW if self.home is self.lane else MOST
        return len(entries_of(self.home.said[self.key])) >= most

    def add(self, entry: Entry) -> None:
        self.home.say(self.key, entry)
        self._noted.add(entry.accounts)
