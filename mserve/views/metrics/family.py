"""Families: metrics of prometheus_client, made of records of counts."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from mserve.counts import BETWEEN, Values

Rows = Iterable[tuple[Sequence[str], float]]
"""A number for each set of labels."""
INFINITE = "+Inf"


def records(values: Values, kind: str) -> Iterator[tuple[list[str], list[float]]]:
    """Labels and numbers of the records of that kind."""
    for name, numbers in values.items():
        first, *labels = name.split(BETWEEN)
        if first == kind:
            yield labels, numbers


def gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=float(value))


def gauges(name: str, words: str, labels: Sequence[str], rows: Rows) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=labels)
    _add(family, rows)
    return family


def counter(name: str, words: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(name, words, value=float(value))


def counters(name: str, words: str, labels: Sequence[str], rows: Rows) -> CounterMetricFamily:
    family = CounterMetricFamily(name, words, labels=labels)
    _add(family, rows)
    return family


def _add(family: GaugeMetricFamily | CounterMetricFamily, rows: Rows) -> None:
    for values, value in sorted(rows):
        family.add_metric(values, value)


def histogram(
    name: str,
    words: str,
    labels: Sequence[str],
    bounds: Sequence[float],
    rows: Iterable[tuple[Sequence[str], float, Sequence[float]]],
) -> HistogramMetricFamily:
    """rows: labels, the sum, and how many there were up to each bound, and beyond."""
    family = HistogramMetricFamily(name, words, labels=labels)
    names = [*map(str, bounds), INFINITE]
    for values, total, numbers in rows:
        buckets = [*zip(names, accumulate(numbers), strict=True)]
        family.add_metric(values, buckets=buckets, sum_value=total)
    return family
