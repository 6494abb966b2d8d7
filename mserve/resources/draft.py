"""Draft: what the transaction under way says in the journal (journal.py), and adds to sums.

Much of it is of the same accounts, as many files come together: that is added up first, so that the
sums are changed but once.
"""

from mserve.resources.additions import Additions
from mserve.resources.asker import Payer
from mserve.resources.entry import Entry
from mserve.resources.figure import Figures
from mserve.resources.lane import Lane
from mserve.resources.parcel import Parcel, entries_of

FEW = 16
"""Entries of one transaction in a lane, which is stored whole each time."""
MOST = 200  # entries of one transaction in a parcel


Whose = tuple[bytes, Payer]
"""The accounts that change, and those of them that have quotas and pay."""


class Draft:
    """Under a key, in the lane of the process or in a parcel.

    lane: to which it adds what it changes in sums; None: there are none yet.
    """

    def __init__(self, key: str, home: Lane | Parcel, lane: Lane | None, noted: set[bytes]) -> None:
        self.key, self.home, self.lane = key, home, lane
        self._noted = noted
        self._alike: dict[Whose, tuple[bytes, Additions]] = {}

    @property
    def full(self) -> bool:
        most = FEW if self.home is self.lane else MOST
        return len(entries_of(self.home.said[self.key])) >= most

    def add(self, entry: Entry, new: bool) -> None:
        """new: it is of a file that nobody knows, and so nobody follows."""
        self.home.say(self.key, entry)
        self._noted.add(entry.above if new else entry.accounts)

    def adds(self, whose: Whose, changes: Figures) -> bool:
        """Adds to sums that the transaction has added to; whether it could: nobody has looked."""
        known = self._alike.get(whose)
        return (
            known is not None
            and self.lane is not None
            and self.lane.has(*known)  # no savepoint before it was returned to
            and known[1].add(changes)
        )

    def remember(self, whose: Whose, ids: bytes, additions: Additions) -> None:
        """What is added to these sums; in the lane they are those of `ids`."""
        self._alike[whose] = ids, additions
