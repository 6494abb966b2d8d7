"""Figure: what one metric has come to on one node, in integers that writers at once add up."""

from typing import Any, NamedTuple

from mserve.resources.clock import SECOND


class Figure(NamedTuple):
    """What one metric has come to. All are exact integers, or floats where floats were reported."""

    reports: int = 0
    total: float = 0
    squares: float = 0
    least: float | None = None
    most: float | None = None
    running: int = 0
    rate: int = 0
    offset: int = 0

    def used(self, moment: int) -> float:
        """The integral up to `moment` (µs), in units times seconds; for a rate metric."""
        return (self.rate * moment - self.offset) / SECOND

    def value(self, amount: float) -> "Figure":
        """This, and one more report of `amount`."""
        reports, total, squares, least, most, *rates = self
        return Figure(
            reports + 1,
            total + amount,
            squares + amount * amount,
            amount if least is None or amount < least else least,
            amount if most is None or amount > most else most,
            *rates,
        )

    def rated(self, change: int, moment: int, running: int, reports: int) -> "Figure":
        """This, with the rate changed by `change` at `moment` (µs)."""
        return Figure(
            self.reports + reports,
            self.total,
            self.squares,
            self.least,
            self.most,
            self.running + running,
            self.rate + change,
            self.offset + change * moment,
        )

    def merged(self, old: "Figure", other: "Figure") -> "Figure":
        """This and what `other` made of `old`: both sides' changes added."""
        return Figure(
            reports=self.reports + other.reports - old.reports,
            total=self.total + other.total - old.total,
            squares=self.squares + other.squares - old.squares,
            least=_fold(min, self.least, other.least),
            most=_fold(max, self.most, other.most),
            running=self.running + other.running - old.running,
            rate=self.rate + other.rate - old.rate,
            offset=self.offset + other.offset - old.offset,
        )


def _fold(choose: Any, first: float | None, second: float | None) -> float | None:
    known = [number for number in (first, second) if number is not None]
    return choose(known) if known else None


NOTHING = Figure()
