"""Series: what was booked in each account, in rows by hour, day and month, and in all.

Tasks are counted by five minutes as well. Rows of fine grains go after a time (expiry.py).

An account's rows are in one BTree, `site.series[account]`; a row is a Figure: by how much a metric
has changed in that period. Beside the whole there are rows of each `Dimension`'s values: by who
paid, by task, by media type. Of a file there are rows by day alone, as there are many files.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from BTrees.OOBTree import OOBTree

from mserve.resources.figure import NOTHING, Figure
from mserve.resources.index import Index
from mserve.resources.journal import Entry
from mserve.resources.mark import name_of
from mserve.resources.metrics import KEPT, OF_TASKS, short
from mserve.resources.packing import pack, unpack
from mserve.resources.period import FINE_FIRST, Grain, number_of

BREAK = "\0"
AFTER = "\1"
IN_ALL = "t"
"""What stands in a row's key where a grain does, of the rows of all time."""
DIGITS = 6  # of a period's number, in hex
STANDING = frozenset(short(metric) for metric in KEPT)
Rows = Any  # OOBTree
GRAINS_OF_A_FILE = (Grain.DAY,)


class Dimension(StrEnum):
    """By what the rows of an account are told apart."""

    WHOLE = "-"
    KEY = "k"
    TASK = "t"
    MIMETYPE = "m"
    SERVICE = "v"
    """Of what is above services, and of who pays."""
    MARK = "s"
    """Of what is kept: by who pays and media type in one (mark.py), for when it goes away."""

    @property
    def label(self) -> str:
        return self.name.lower()


TAGGED = {
    "key": Dimension.KEY, "task": Dimension.TASK, "mimetype": Dimension.MIMETYPE,
    "service": Dimension.SERVICE,
}  # fmt: skip


def row_key(grain: str, dimension: str, metric: str, period: int = 0, value: str = "") -> str:
    """Where the row is. `metric` is as it is stored (metrics.short)."""
    return f"{grain}{dimension}{metric}{BREAK}{period:0{DIGITS}x}{value}"


class Accounts(Index):
    """By the account's id its rows.

    kept_from: since when (µs) there are rows of a grain; round: which are gone (expiry.py).
    """

    kept_from: Mapping[str, int] = {}
    round: tuple[Any, ...] = ((), None)

    def rows(self, account: str) -> Rows:
        """Those of the account, made where there are none."""
        found = self.get(account)
        if found is None:
            found = self[account] = OOBTree()
        return found


def read(rows: Rows, key: str) -> Figure:
    """The figure of a row; nothing, where there is no such row."""
    found = None if rows is None else rows.get(key)
    return NOTHING if found is None else figure_of(found)


def figure_of(row: bytes | tuple[Any, ...]) -> Figure:
    """What stands in a row."""
    return Figure(*unpack(row))


def add(rows: Rows, key: str, change: Figure) -> None:
    rows[key] = pack(tuple(read(rows, key).plus(change)))


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


def metrics_in(rows: Rows, dimension: str = Dimension.WHOLE, grain: str = IN_ALL) -> list[str]:
    """The metrics (as stored) of which there are rows."""
    found, start = [], f"{grain}{dimension}"
    end = grain + chr(ord(dimension) + 1)
    while rows is not None and (key := next(iter(rows.keys(start, end)), None)) is not None:
        metric = key[2:].partition(BREAK)[0]
        found.append(metric)
        start = f"{grain}{dimension}{metric}{AFTER}"
    return found


def values_in(
    rows: Rows, grain: str, dimension: str, metric: str, first: int = 0, end: int | None = None
) -> Iterator[tuple[str, Figure]]:
    """Values of the dimension, and the figure of each row, of the grain's periods before `end`."""
    for key in keys_in(rows, grain, dimension, metric, first, end):
        yield value_of(key), figure_of(rows[key])


def keys_in(
    rows: Rows, grain: str, dimension: str, metric: str, first: int = 0, end: int | None = None
) -> Iterator[str]:
    """The rows of the grain's periods from `first` on, before `end`."""
    low, high = row_key(grain, dimension, metric, first), f"{grain}{dimension}{metric}{AFTER}"
    if end is not None:
        high = row_key(grain, dimension, metric, end)
    yield from () if rows is None else rows.keys(low, high, excludemax=True)


def value_of(key: str) -> str:
    """The value that a row is of."""
    return key.partition(BREAK)[2][DIGITS:]


def first_period(rows: Rows, grain: str) -> int | None:
    """The first period of that grain in which something was booked."""
    found = []
    for metric in metrics_in(rows, Dimension.WHOLE, grain):
        key = next(iter(rows.keys(row_key(grain, Dimension.WHOLE, metric))))
        found.append(int(key.partition(BREAK)[2][:DIGITS], 16))
    return min(found, default=None)
