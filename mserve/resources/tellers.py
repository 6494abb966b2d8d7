"""Tellers: those who tell of reads of content, and how much of what each has told is counted.

Each web process is one (mserve/tasks/reads.py), and numbers its parcels; so is each file of a
front's log (mserve/front_log.py), whose parcels are numbered by the bytes up to their ends. The
number of the last one that counts is stored in the transaction that counts it. So each counts once,
however often it is told, and whatever became of Redis meanwhile.
"""

from collections.abc import Iterator
from typing import NamedTuple

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from mserve.resources import clock
from mserve.resources.period import DAY_LONG

KEPT = 90 * DAY_LONG
"""After that a teller who says nothing is forgotten, and no parcel counts that is older (µs)."""


class Told(NamedTuple):
    """Which parcel it is: whose, the how manyth, and made when (µs)."""

    teller: str
    number: int
    moment: int


class Tellers(Persistent):  # type: ignore[misc]  # persistent has no types
    """One per site, `site.tellers`."""

    def __init__(self) -> None:
        self._last = OOBTree()

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def last(self, teller: str) -> int:
        """The number of its last parcel that counts; 0: none does."""
        number, _ = self._last.get(teller, (0, 0))
        return int(number)

    def hear(self, told: Told) -> bool:
        """Whether the parcel is to be counted now; it is not, when it is told again."""
        if told.number <= self.last(told.teller) or told.moment < clock.now() - KEPT:
            return False
        self._last[told.teller] = (told.number, told.moment)
        return True

    def forget(self) -> None:
        """Lets go of those who have not told anything for long."""
        horizon = clock.now() - KEPT
        for teller in [each for each, (_, moment) in self._last.items() if moment < horizon]:
            del self._last[teller]
