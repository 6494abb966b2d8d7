"""Figure: what one metric has come to, or by how much a report changes it.

A *value* metric adds up what is reported. A *rate* metric integrates over time: n reports at
rates r_i since t_i have used up at time t  Σ r_i·(t - t_i) = R·t - C  with R = Σ r_i and
C = Σ r_i·t_i, so two additive integers are enough at any level. R is for example in bytes, C in
byte-microseconds.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mserve.resources.clock import SECOND
from mserve.resources.packing import pack, unpack

_new = tuple.__new__  # as Figure(…), without a function in Python on the way


class Figure(NamedTuple):
    """Reports and their sums. All are exact integers, or floats where floats were reported."""

    reports: int = 0
    total: float = 0
    squares: float = 0
    least: float | None = None
    most: float | None = None
    running: int = 0
    rate: int = 0
    offset: int = 0

    @classmethod
    def of(cls, *amounts: float) -> "Figure":
        """What those reports of a value metric come to."""
        squares = sum(amount * amount for amount in amounts)
        least, most = min(amounts, default=None), max(amounts, default=None)
        return cls(len(amounts), sum(amounts), squares, least, most)

    @classmethod
    def rated(cls, change: int, moment: int, running: int, reports: int) -> "Figure":
        """A change of a rate by `change` at `moment` (µs)."""
        return cls(reports, running=running, rate=change, offset=change * moment)

    def used(self, moment: int) -> float:
        """The integral up to `moment` (µs), in units times seconds; for a rate metric."""
        return (self.rate * moment - self.offset) / SECOND

    def plus(self, other: "Figure") -> "Figure":
        """Both, one after the other."""
        if self is NOTHING or other is NOTHING:
            return other if self is NOTHING else self
        n, total, squares, least, most, running, rate, offset = self
        reports, amount, square, low, high, runs, change, moved = other
        if least is None or (low is not None and low < least):
            least = low
        if most is None or (high is not None and high > most):
            most = high
        n, total, squares = n + reports, total + amount, squares + square
        running, rate, offset = running + runs, rate + change, offset + moved
        return _new(Figure, (n, total, squares, least, most, running, rate, offset))

    def minus(self, other: "Figure") -> "Figure":
        """What there was before the other."""
        if other is NOTHING:
            return self
        n, total, squares, least, most, running, rate, offset = self
        reports, amount, square, _, _, runs, change, moved = other
        n, total, squares = n - reports, total - amount, squares - square
        running, rate, offset = running - runs, rate - change, offset - moved
        return _new(Figure, (n, total, squares, least, most, running, rate, offset))

    def negated(self) -> "Figure":
        """What takes this back. The least and the most that were reported stay so."""
        reports, total, squares, _, _, *rates = self
        return Figure(-reports, -total, -squares, None, None, *(-number for number in rates))

    def merged(self, old: "Figure", other: "Figure") -> "Figure":
        """This and what `other` made of `old`: both sides' changes added."""
        return self.plus(other).minus(old)


NOTHING = Figure()
Figures = dict[str, Figure]
"""By metric."""


Fields = Mapping[str, tuple[Any, ...]]
"""By metric those of its figure, as records have them."""


def fields(figures: Fields) -> Fields:
    """Those of figures, which are tuples of a class that records are not to name."""
    return {metric: tuple(each) for metric, each in figures.items()}


def of_fields(stored: Fields) -> Figures:
    """The figures that have those."""
    return {metric: Figure(*each) for metric, each in stored.items()}


def packed(figures: Mapping[str, Figure]) -> bytes:
    """As records have them."""
    return pack(fields(figures))


def unpacked(stored: Mapping[str, Figure] | bytes) -> Mapping[str, Figure]:
    """Of a record."""
    return of_fields(unpack(stored))


def plus(known: Mapping[str, Figure], changes: Mapping[str, Figure]) -> Figures:
    """The figures with the changes of some."""
    found = dict(known)
    for metric, change in changes.items():
        before = found.get(metric)
        found[metric] = change if before is None else before.plus(change)
    return found


def added(
    old: Mapping[str, Figure], saved: Mapping[str, Figure], new: Mapping[str, Figure]
) -> Figures:
    """Figures that were `old`, with what both `saved` and `new` made of them."""
    return {
        metric: saved.get(metric, NOTHING).merged(
            old.get(metric, NOTHING), new.get(metric, NOTHING)
        )
        for metric in {*old, *saved, *new}
    }


def tally(figures: Figures, key: str, change: Figure) -> None:
    """Adds the change to the figure of that key."""
    known = figures.get(key)
    figures[key] = change if known is None else known.plus(change)
