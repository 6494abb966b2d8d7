"""Conflicts: how many commits a process has made, and what it met on the way to them."""

from collections import Counter
from dataclasses import dataclass, field

from ZODB.POSException import ConflictError

from mserve.counts import COUNTS, name_of

COMMITS, CONFLICTS = "commits", "conflicts"
SHORT, GROUP, REQUEST = "short", "group", "request"
"""Ways to commit: a short transaction, several uploads in one, a request's own."""


@dataclass
class Tally:
    """`met`: conflicts by the class of the object that another process had written first."""

    commits: int = 0
    met: Counter[str] = field(default_factory=Counter)

    def committed(self, way: str = SHORT) -> None:
        """A transaction has changed something, or has seen that there was nothing to change."""
        self.commits += 1
        COUNTS.add(name_of(COMMITS, way))

    def note(self, fault: Exception) -> None:
        """Counts what is a conflict; a database that is away is none."""
        if isinstance(fault, ConflictError):
            name = (fault.class_name or type(fault).__name__).rpartition(".")[2]
            self.met[name] += 1
            COUNTS.add(name_of(CONFLICTS, name))

    def __str__(self) -> str:
        """As `2610 commits, 26 conflicts (0.010 a commit): OOBTree 20, Job 6`."""
        met = self.met.total()
        told = (
            f"{self.commits} commits, {met} conflicts ({met / max(self.commits, 1):.3f} a commit)"
        )
        names = ", ".join(f"{name} {count}" for name, count in self.met.most_common())
        return f"{told}: {names}" if names else told


TALLY = Tally()
"""Of this process."""
