"""Account: what was used by a node and all below it, or by who pays, over time, told apart.

It is read from the account's rows (series.py) and from what waits in the journal to be booked, as
one transaction sees both. So nothing is lacking, and nothing is summed over objects.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from mserve.resources import clock
from mserve.resources.figure import NOTHING, Figure
from mserve.resources.metrics import full
from mserve.resources.period import DAY_LONG, FINE_FIRST, Grain, Span, around, pieces, span_of
from mserve.resources.posting import GRAINS_OF_A_FILE, Change, changes_of
from mserve.resources.rows import (
    IN_ALL,
    Dimension,
    first_period,
    metrics_in,
    read,
    row_key,
    values_in,
)

EVER = -1 << 62
"""Before all that was (µs)."""


class Of(NamedTuple):
    """What is asked for: a metric (as stored) in all, or of one value of a dimension."""

    metric: str
    dimension: Dimension = Dimension.WHOLE
    value: str = ""


class Account:
    """That of one node or payer, at one moment (µs)."""

    def __init__(self, site: Any, id: str, node: Any = None) -> None:
        self._rows = site.series.told(id)
        self._kept_from: Mapping[str, int] = site.series.kept_from
        self._file = node is not None and node.type == "mfile"
        self._figures = None if node is None or self._file else node.usage.figures
        self._site, self._id = site, id
        self.moment = clock.now()
        self._cut: dict[tuple[Span, tuple[Grain, ...]], list[tuple[Grain, int]]] = {}
        self.grains: tuple[Grain, ...] = GRAINS_OF_A_FILE if self._file else FINE_FIRST

    @cached_property
    def _waiting(self) -> list[tuple[int, Change]]:
        return [*_waiting(self._site, self._id)]

    @cached_property
    def begin(self) -> int:
        """The beginning of the first day of which something is known (µs)."""
        times = [time for time, _ in self._waiting]
        for grain in (Grain.DAY, Grain.MONTH):
            first = first_period(self._rows, grain)
            begin = None if first is None else span_of(grain, first).start
            if begin is not None and (grain is Grain.DAY or begin < self.kept_from(Grain.DAY)):
                times.append(begin)
        return around(Grain.DAY, min(times, default=self.moment)).start

    def begin_by(self, by: Grain | Dimension | None) -> int:
        """The same of what is told by a grain."""
        return max(self.begin, self.kept_from(by)) if isinstance(by, Grain) else self.begin

    def refine(self) -> None:
        """From now on tells of tasks by five minutes, too."""
        self.grains = (Grain.STEP, *self.grains)

    def kept_from(self, grain: Grain) -> int:
        """Since when (µs) usage is told by that grain: what was before is told by coarser ones."""
        return self._kept_from.get(self.grains[0] if self._file else grain, EVER)

    @property
    def end(self) -> int:
        """What no booked period ends after (µs), whatever the clocks of other machines say."""
        return around(self.grains[-1], self.moment + DAY_LONG).end

    def metrics(self, dimension: Dimension = Dimension.WHOLE) -> list[str]:
        """Those (as stored) of which something is known, in order."""
        grain = Grain.DAY.value if self._file else IN_ALL
        found = {*metrics_in(self._rows, dimension, grain)}
        found |= {each.metric for _, each in self._waiting if each.dimension is dimension}
        return sorted(found)

    def values(self, dimension: Dimension, metric: str) -> list[str]:
        """What the metric is told apart by, in order."""
        grain = Grain.DAY.value if self._file else IN_ALL
        found = {value for value, _ in values_in(self._rows, grain, dimension, metric)}
        found |= {
            each.value
            for _, each in self._waiting
            if (each.dimension, each.metric) == (dimension, metric)
        }
        return sorted(found)

    def now(self, of: Of) -> Figure:
        """What it has come to."""
        if of.dimension is Dimension.WHOLE and self._figures is not None:
            figure: Figure = self._figures.get(full(of.metric), NOTHING)
            return figure
        if self._file:
            return self.change(of, Span(self.begin, self.end))
        row = read(self._rows, row_key(IN_ALL, of.dimension, of.metric, value=of.value))
        return row.plus(self._of_waiting(of, None))

    def waits(self, metric: str) -> Figure:
        """What is not booked yet of it, in all."""
        return self._of_waiting(Of(metric), None)

    def change(self, of: Of, span: Span) -> Figure:
        """By how much it has changed in the span, whose ends are where periods begin."""
        found = self._of_waiting(of, span)
        for grain, number in self._pieces(span):
            key = row_key(grain, of.dimension, of.metric, number, of.value)
            found = found.plus(read(self._rows, key))
        return found

    def at(self, of: Of, moment: int) -> Figure:
        """What it had come to at `moment` (µs), where a period begins, or later than now."""
        if moment >= self.end:
            return self.now(of)
        return self.now(of).minus(self.change(of, Span(moment, self.end)))

    def _pieces(self, span: Span) -> list[tuple[Grain, int]]:
        """The same of each metric."""
        found = self._cut.get((span, self.grains))
        if found is None:
            found = self._cut[span, self.grains] = [*pieces(span, self.grains)]
        return found

    def _of_waiting(self, of: Of, span: Span | None) -> Figure:
        found = NOTHING
        for time, each in self._waiting:
            if (each.metric, each.dimension, each.value) == of and (
                span is None or span.start <= time < span.end
            ):
                found = found.plus(each.figure)
        return found


def _waiting(site: Any, id: str) -> Iterator[tuple[int, Change]]:
    own, now = bytes.fromhex(id), clock.now()
    for entry in site.journal.about(own):
        for change in changes_of(entry, own):
            yield entry.counted(now), change
