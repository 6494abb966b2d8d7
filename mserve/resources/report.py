"""Report: the lines that answer what an account has used, in which time, told apart by what."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mserve.resources.account import Account, Of
from mserve.resources.figure import Figure
from mserve.resources.metrics import OF_TASKS, RATES, full
from mserve.resources.period import Grain, Span, around, cut
from mserve.resources.rows import Dimension


class Asked(NamedTuple):
    """What is to be told.

    metrics: as stored; start, end: in µs, from the beginning or up to now where None; by: what
    each metric is told apart by.
    """

    metrics: tuple[str, ...] | None = None
    start: int | None = None
    end: int | None = None
    by: Grain | Dimension | None = None


class Line(NamedTuple):
    """One metric in one span, or of one value of what it is told apart by.

    figure: what was reported in the span; at_end: what all had come to at its end; used: a rate's
    integral over the span; moment: its end, or now (µs).
    """

    metric: str
    value: str | None
    span: Span | None
    figure: Figure
    at_end: Figure
    used: float
    moment: int

    @property
    def rated(self) -> bool:
        """Whether it is of a rate, which is told as its integral."""
        return self.metric in RATES or bool(self.at_end.rate or self.at_end.offset)


def so_far(metric: str, value: str, figure: Figure, moment: int) -> Line:
    """What a metric (a URI) has come to at `moment` (µs), from the beginning."""
    return Line(metric, value, None, figure, figure, figure.used(moment), moment)


def lines(account: Account, asked: Asked) -> Iterator[Line]:
    """In the order of metrics, of what they are told apart by, and of time."""
    dimension = asked.by if isinstance(asked.by, Dimension) else Dimension.WHOLE
    spans = _spans(account, asked)
    for metric in _metrics(account, asked, dimension):
        of = _of(metric, dimension)
        values = [of.value]
        if asked.by is dimension:
            values = account.values(dimension, metric)
        for value in values:
            yield from _in_time(account, metric, of._replace(value=value), spans)


def _metrics(account: Account, asked: Asked, dimension: Dimension) -> list[str]:
    if asked.metrics is not None:
        return list(asked.metrics)
    found = account.metrics(dimension)
    for metric in OF_TASKS if dimension is Dimension.WHOLE else ():
        found += [f"{metric}/{name}" for name in account.values(Dimension.TASK, metric)]
    return sorted(found)


def _of(metric: str, dimension: Dimension) -> Of:
    whole, slash, task = metric.partition("/")
    if slash and whole in OF_TASKS and dimension is Dimension.WHOLE:
        return Of(whole, Dimension.TASK, task)
    return Of(metric, dimension)


def _spans(account: Account, asked: Asked) -> list[Span] | None:
    """From the first to the last; None where all is asked for that there ever was."""
    if asked.start is None and asked.end is None and not isinstance(asked.by, Grain):
        return None
    span = Span(
        account.begin_by(asked.by) if asked.start is None else asked.start,
        around(account.grains[0], account.moment).end if asked.end is None else asked.end,
    )
    return [*cut(span, asked.by)] if isinstance(asked.by, Grain) else [span]


def _in_time(account: Account, metric: str, of: Of, spans: Sequence[Span] | None) -> Iterator[Line]:
    if spans is None:
        yield so_far(full(metric), of.value, account.now(of), account.moment)
    elif spans:
        yield from reversed([*_backwards(account, metric, of, spans)])


def _backwards(account: Account, metric: str, of: Of, spans: Sequence[Span]) -> Iterator[Line]:
    """From the last span to the first: what all has come to is known of now."""
    at_end = account.at(of, spans[-1].end)
    for each in reversed(spans):
        figure = account.change(of, each)
        before = at_end.minus(figure)
        moment = min(each.end, account.moment)
        used = at_end.used(moment) - before.used(min(each.start, account.moment))
        yield Line(full(metric), of.value, each, figure, at_end, used, moment)
        at_end = before
