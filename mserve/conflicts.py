"""Conflicts: how many commits a process has made, and what it met on the way to them."""

from collections import Counter
from dataclasses import dataclass, field

from ZODB.POSException import ConflictError


@dataclass
class Tally:
    """`met`: conflicts by the class of the object that another process had written first."""

    commits: int = 0
    met: Counter[str] = field(default_factory=Counter)

    def note(self, fault: Exception) -> None:
        """Counts what is a conflict; a database that is away is none."""
        if isinstance(fault, ConflictError):
            self.met[(fault.class_name or type(fault).__name__).rpartition(".")[2]] += 1

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
