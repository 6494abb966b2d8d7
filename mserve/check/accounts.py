"""Whether the accounts of usage say what the sums of their nodes do, in all and by time."""

from collections.abc import Iterator
from typing import Any

from mserve.check.finding import Finding, path
from mserve.resources import clock
from mserve.resources.account import Account
from mserve.resources.figure import Figure
from mserve.resources.metrics import full, short
from mserve.resources.period import Grain, number_of
from mserve.resources.rows import IN_ALL, Dimension, add, row_key, values_in

GRAINS = (IN_ALL, Grain.DAY, Grain.MONTH)
NAMES = {IN_ALL: "in all", Grain.DAY: "by day", Grain.MONTH: "by month"}


def check(site: Any, repair: bool) -> Iterator[Finding]:
    """Of each node in the tree but files, whose rows are by day alone."""
    for node in (site, *site.walk()):
        if node.type != "mfile":
            account = Account(site, node.id)
            told = {full(metric) for metric in account.metrics()}
            for metric in sorted(told | node.usage.figures.keys()):
                booked = node.usage.get(metric).minus(account.waits(short(metric)))
                yield from _compare(site, node, metric, booked, repair)


def _differs(lacking: float | None, booked: float | None) -> bool:
    """Fractions that programs report are not added up exactly: the order changes the last digit."""
    if isinstance(lacking, float):
        return abs(lacking) > 1e-9 * max(1.0, abs(booked or 0.0))
    return bool(lacking)


def _told(rows: Any, grain: str, metric: str, kept_from: int) -> Iterator[Figure]:
    """Of all time; by day, and before there are days still, by month."""
    first, whole = 0, Dimension.WHOLE
    if grain is Grain.DAY:
        first, month = number_of(Grain.DAY, kept_from), number_of(Grain.MONTH, kept_from)
        yield from (figure for _, figure in values_in(rows, Grain.MONTH, whole, metric, 0, month))
    yield from (figure for _, figure in values_in(rows, grain, whole, metric, first))


def _compare(site: Any, node: Any, metric: str, booked: Figure, repair: bool) -> Iterator[Finding]:
    """Rows of each grain against what should have been booked."""
    rows = site.series.rows(node.id) if repair else site.series.get(node.id)
    for grain in GRAINS:
        lacking = booked
        for figure in _told(rows, grain, short(metric), site.series.kept_from.get(Grain.DAY, 0)):
            lacking = lacking.minus(figure)
        lacking = lacking._replace(least=None, most=None)  # these are not sums
        if any(_differs(*each) for each in zip(lacking, booked, strict=True)):
            if repair:
                node.usage.touch()
                number = 0 if grain == IN_ALL else number_of(Grain(grain), clock.now())
                add(rows, row_key(grain, Dimension.WHOLE, short(metric), number), lacking)
            facts = {name: value for name, value in lacking._asdict().items() if value}
            words = f"{metric}: what is booked {NAMES[grain]} lacks {facts}"
            yield Finding("usage", path(node), words, repair)
