"""Posting: which rows of its accounts an entry of the journal changes, and by how much each.

Of a file there are rows by day alone, as there are many files.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mserve.resources.entry import Entry
from mserve.resources.figure import Figure
from mserve.resources.mark import name_of
from mserve.resources.metrics import KEPT, OF_TASKS, short
from mserve.resources.period import FINE_FIRST, Grain, number_of
from mserve.resources.rows import IN_ALL, Dimension, Rows, add, row_key

STANDING = frozenset(short(metric) for metric in KEPT)
GRAINS_OF_A_FILE = (Grain.DAY,)
TAGGED = {
    "key": Dimension.KEY, "task": Dimension.TASK, "mimetype": Dimension.MIMETYPE,
    "service": Dimension.SERVICE,
}  # fmt: skip


class Change(NamedTuple):
    """By what the rows of a dimension's value are changed, of one metric (as stored)."""

    dimension: Dimension
    value: str
    metric: str
    figure: Figure


def changes_of(entry: Entry, account: bytes) -> Iterator[Change]:
    """What the entry changes in one of its accounts."""
    above = entry.is_above_service(account)
    for metric, report in entry.reports:
        figure = Figure(*report)
        for dimension, value in _values(entry, metric):
            if above or dimension is not Dimension.SERVICE:
                yield Change(dimension, value, metric, figure)


def keys_of(entry: Entry, account: bytes) -> Iterator[tuple[str, Figure]]:
    """The rows of an account that the entry changes, and by how much each."""
    file = entry.file and entry.accounts.startswith(account)
    grains = GRAINS_OF_A_FILE if file else FINE_FIRST
    periods = [(grain.value, number_of(grain, entry.time)) for grain in grains]
    for dimension, value, metric, figure in changes_of(entry, account):
        for grain, period in () if dimension is Dimension.MARK else periods:
            yield row_key(grain, dimension, metric, period, value), figure
        if dimension is Dimension.WHOLE and metric in OF_TASKS and not file:
            yield row_key(Grain.STEP, dimension, metric, number_of(Grain.STEP, entry.time)), figure
        if not file:
            yield row_key(IN_ALL, dimension, metric, value=value), figure


def _values(entry: Entry, metric: str) -> Iterator[tuple[Dimension, str]]:
    if not entry.shares:
        yield Dimension.WHOLE, ""
    for name, value in entry.tags:
        yield TAGGED[name], value
    if metric in STANDING:
        yield Dimension.MARK, name_of(entry.tags)


def post(rows: Rows, entry: Entry, account: bytes) -> None:
    """Adds what the entry changes in the rows of an account."""
    for key, change in keys_of(entry, account):
        add(rows, key, change)
