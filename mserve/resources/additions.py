"""Additions: what a transaction adds to several sums alike; added up as the first is looked at."""

from functools import reduce

from mserve.resources.figure import Figures, plus


class Additions:
    """Whoever has it in a sum sees what is added later, until one has looked at the figures."""

    __slots__ = ("_changes", "_figures")

    def __init__(self, changes: Figures) -> None:
        self._changes = [changes]
        self._figures: Figures | None = None

    def add(self, changes: Figures) -> bool:
        """Whether it was not too late."""
        in_time = self._figures is None
        if in_time:
            self._changes.append(changes)
        return in_time

    @property
    def figures(self) -> Figures:
        """What all come to."""
        if self._figures is None:
            self._figures = reduce(plus, self._changes)
        return self._figures

    def __len__(self) -> int:
        return len(self._changes)
