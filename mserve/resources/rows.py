"""Rows: the figures of an account, by the period that each is of and by what it is told apart.

A row is a Figure: by how much a metric has changed in that period. Beside the whole there are rows
of each `Dimension`'s values: by who paid, by task, by media type.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from mserve.resources.figure import NOTHING, Figure
from mserve.resources.packing import pack, unpack

BREAK = "\0"
AFTER = "\1"
IN_ALL = "t"
"""What stands in a row's key where a grain does, of the rows of all time."""
DIGITS = 6  # of a period's number, in hex
Rows = Any  # OOBTree


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


def row_key(grain: str, dimension: str, metric: str, period: int = 0, value: str = "") -> str:
    """Where the row is. `metric` is as it is stored (metrics.short)."""
    return f"{grain}{dimension}{metric}{BREAK}{period:0{DIGITS}x}{value}"


def read(rows: Rows, key: str) -> Figure:
    """The figure of a row; nothing, where there is no such row."""
    found = None if rows is None else rows.get(key)
    return NOTHING if found is None else figure_of(found)


def figure_of(row: bytes | tuple[Any, ...]) -> Figure:
    """What stands in a row."""
    return Figure(*unpack(row))


def add(rows: Rows, key: str, change: Figure) -> None:
    rows[key] = pack(tuple(read(rows, key).plus(change)))


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
