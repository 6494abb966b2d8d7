"""Periods: the times (UTC) by which usage is summed up, each by a number."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from mserve.resources.clock import SECOND

STEP_LONG = 300 * SECOND
HOUR_LONG = 3600 * SECOND
DAY_LONG = 24 * HOUR_LONG


class Grain(StrEnum):
    """How fine; its value is what stands in the keys of rows."""

    STEP = "f"
    """Five minutes: of tasks alone, and for some days."""
    HOUR = "h"
    DAY = "d"
    MONTH = "m"

    @property
    def label(self) -> str:
        return "5min" if self is Grain.STEP else self.name.lower()


LONG = {Grain.STEP: STEP_LONG, Grain.HOUR: HOUR_LONG, Grain.DAY: DAY_LONG}
FINE_FIRST = (Grain.HOUR, Grain.DAY, Grain.MONTH)


GRACE = DAY_LONG
"""After the end of a month, until it is closed: what comes later counts in the next one."""


class Span(NamedTuple):
    """From `start` up to, but not with, `end` (µs)."""

    start: int
    end: int


def number_of(grain: Grain, moment: int) -> int:
    """The period in which `moment` (µs) is."""
    if grain is Grain.MONTH:
        return _month_of(moment // DAY_LONG)
    return moment // LONG[grain]


@lru_cache(1024)
def _month_of(day: int) -> int:
    date = datetime.fromtimestamp(day * 86_400, UTC)
    return date.year * 12 + date.month - 1


@lru_cache(1024)
def _begin_of_month(number: int) -> int:
    year, month = divmod(number, 12)
    return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp()) * SECOND


def span_of(grain: Grain, number: int) -> Span:
    """Where the period begins and ends."""
    if grain is Grain.MONTH:
        return Span(_begin_of_month(number), _begin_of_month(number + 1))
    long = LONG[grain]
    return Span(number * long, (number + 1) * long)


def around(grain: Grain, moment: int) -> Span:
    """The period in which `moment` (µs) is."""
    return span_of(grain, number_of(grain, moment))


def open_since(moment: int) -> int:
    """When the oldest month begins that is not closed at `moment` (µs)."""
    return around(Grain.MONTH, moment - GRACE).start


def cut(span: Span, grain: Grain) -> Iterator[Span]:
    """The periods of a span, in order; the first and the last may be parts of one."""
    begin = span.start
    while begin < span.end:
        end = min(around(grain, begin).end, span.end)
        yield Span(begin, end)
        begin = end


def pieces(span: Span, grains: Sequence[Grain]) -> Iterator[tuple[Grain, int]]:
    """As few periods of those grains, the finest first, as the span is made of.

    Both its ends are where one of the finest begins.
    """
    begin = span.start
    while begin < span.end:
        fit = (each for each in reversed(grains) if _fits(each, begin, span.end))
        grain = next(fit, grains[0])
        number = number_of(grain, begin)
        yield grain, number
        begin = span_of(grain, number).end


def _fits(grain: Grain, begin: int, end: int) -> bool:
    whole = around(grain, begin)
    return whole.start == begin and whole.end <= end
