"""FileUsage: what a file has used, as its account (series.py) says it.

There are many files, and most are reported on as they come and hardly ever after: an object for the
figures of each would cost more than all else that is metered.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from mserve.resources.brief import entries_in, is_brief
from mserve.resources.entry import Entry
from mserve.resources.figure import NOTHING, Figure, Figures, tally
from mserve.resources.metrics import full
from mserve.resources.period import Grain
from mserve.resources.rows import Dimension, Rows, metrics_in, values_in


class FileUsage:
    """In the place of a Usage. A file has no limits.

    waiting: of what is not booked yet at least what is about the file; None: whatever there is.
    """

    limits: Mapping[str, int] = {}
    soft: Mapping[str, int] = {}

    def __init__(self, site: Any, id: str, waiting: Iterable[Entry] | None = None) -> None:
        self._site, self._id = site, id
        own = bytes.fromhex(id)
        self._waiting = [*(site.journal.about(own) if waiting is None else waiting)]

    @cached_property
    def figures(self) -> Figures:
        """By metric."""
        told = self._site.series.get(self._id)
        brief = entries_in(told, bytes.fromhex(self._id)) if is_brief(told) else ()
        found = {} if is_brief(told) else booked(told)
        for entry in (*brief, *self._waiting):
            for metric, report in () if entry.shares else entry.reports:
                tally(found, full(metric), Figure(*report))
        return found

    def get(self, metric: str) -> Figure:
        return self.figures.get(metric, NOTHING)

    @property
    def state(self) -> tuple[Any, ...]:
        """What is another after each report on the file, and once more as it is booked."""
        rows = self._site.series.told(self._id)
        return (*(() if rows is None else rows.items()), *self._waiting)


def booked(rows: Rows) -> Figures:
    """What the rows of a file come to, which are by day alone."""
    found: Figures = {}
    for metric in metrics_in(rows, Dimension.WHOLE, Grain.DAY):
        for _, figure in values_in(rows, Grain.DAY, Dimension.WHOLE, metric):
            tally(found, full(metric), figure)
    return found
