"""Usage: what was consumed, per metric, summed exactly and without conflicts between writers.

A *value* metric adds up what is reported. A *rate* metric integrates over time: n reports at
rates r_i since t_i have used up at time t  Σ r_i·(t - t_i) = R·t - C  with R = Σ r_i and
C = Σ r_i·t_i, so two additive integers are enough at any level. R is for example in bytes, C in
byte-microseconds.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from persistent import Persistent

from mserve.resources.clock import SECOND

DISC = "http://mserve/disc"
DISC_SPACE = "http://mserve/disc_space"
INGEST = "http://mserve/ingest"
FILE = "http://mserve/file"
SERVICE = "http://mserve/service"
CONTAINER = "http://mserve/container"
JOB = "http://mserve/job"
TASK = "http://mserve/task"
BACKUP_FILE = "http://mserve/backupfile"
ARCHIVED = "http://mserve/archived"
"""Bytes of which the vault of that name has got a copy."""
JOB_RUNTIME = "http://mserve/jobruntime"
"""Seconds that the attempts at tasks took, those that failed too."""

RATES = frozenset({DISC})
LEVELS = frozenset({DISC_SPACE, FILE, SERVICE, CONTAINER})
"""Value metrics that say what is there now: what goes away is reported with a minus sign."""


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


class Usage(Persistent):  # type: ignore[misc]  # persistent has no types
    """The figures of one node and all below it; concurrent changes are added by the storage."""

    figures: Mapping[str, Figure] = {}

    def get(self, metric: str) -> Figure:
        return self.figures.get(metric, NOTHING)

    def put(self, metric: str, figure: Figure) -> None:
        self.figures = {**self.figures, metric: figure}

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        was, theirs, ours = (state.get("figures", {}) for state in (old, saved, new))
        merged = {
            metric: theirs.get(metric, NOTHING).merged(
                was.get(metric, NOTHING), ours.get(metric, NOTHING)
            )
            for metric in {*theirs, *ours}
        }
        return {**saved, "figures": merged}


def report(nodes: Iterable[Any], metric: str, *amounts: float) -> None:
    """Reports `amounts` of a value metric on each of `nodes`: a node and all above it."""
    for node in nodes:
        usage = node.usage
        figure = usage.get(metric)
        for amount in amounts:
            figure = figure.value(amount)
        usage.put(metric, figure)


def change_rate(
    nodes: Iterable[Any],
    metric: str,
    change: int,
    moment: int,
    *,
    running: int = 0,
    reports: int = 0,
) -> None:
    """Changes a rate by `change` at `moment` (µs) on each of `nodes`."""
    for node in nodes:
        usage = node.usage
        usage.put(metric, usage.get(metric).rated(change, moment, running, reports))


def keep(nodes: Iterable[Any], size: int, moment: int, files: int = 1) -> None:
    """`files` files of `size` bytes in all are kept from `moment` (µs) on; negative: no longer."""
    nodes = list(nodes)
    change_rate(nodes, DISC, size, moment, running=files, reports=max(files, 0))
    report(nodes, DISC_SPACE, size)
    if files:
        report(nodes, FILE, files)


def transfer(usage: Usage, left: Iterable[Any], joined: Iterable[Any], moment: int) -> None:
    """What is kept below a node moves at `moment` (µs) from the nodes `left` to those `joined`.

    What was consumed before stays with those who consumed it.
    """
    kept = usage.get(DISC)
    for nodes, sign in (([*left], -1), ([*joined], 1)):
        change_rate(
            nodes,
            DISC,
            sign * kept.rate,
            moment,
            running=sign * kept.running,
            reports=max(sign * kept.running, 0),
        )
        for metric in LEVELS:  # what is in a trash is kept, but counts as no file
            if total := usage.get(metric).total:
                report(nodes, metric, sign * total)
