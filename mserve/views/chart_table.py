"""What a chart shows, in numbers: a row for each time, or for each of what it is told apart by."""

from typing import Any, NamedTuple

from mserve.resources.period import Grain
from mserve.resources.report import Line
from mserve.resources.rows import Dimension
from mserve.views.chart import MEASURED, By, Name, amount, label, mean, period, plain_name

Values = tuple[float | None, ...]


class Table(NamedTuple):
    """`columns` are the names of the numbers in each row; a row begins with what it is of."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, Values], ...]


def table(lines: list[Line], by: By, name: Name) -> Table:
    """That of the lines, which are in the order of their metrics."""
    metrics = list(dict.fromkeys(line.metric for line in lines))
    if isinstance(by, Grain) and metrics and MEASURED.issuperset(metrics):
        measured = tuple((period(each, by), _measured(each)) for each in lines)
        return Table(("mean", "most", "reports"), measured)
    found: dict[Any, dict[str, float]] = {}
    first: dict[Any, Line] = {}
    for line in lines:
        key = line.span, line.value
        first.setdefault(key, line)
        found.setdefault(key, {})[line.metric] = amount(line)
    if isinstance(by, Grain):
        rows = [(period(first[key], by), _row(each, metrics)) for key, each in found.items()]
    else:
        rows = [(name(first[key], by), _row(each, metrics)) for key, each in found.items()]
        rows.sort(key=lambda row: row[1][0] or 0, reverse=True)
    return Table(tuple(map(label, metrics)), tuple(rows))


def _measured(line: Line) -> Values:
    return mean(line), line.figure.most, line.figure.reports


def _row(amounts: dict[str, float], metrics: list[str]) -> Values:
    return tuple(amounts.get(metric, 0) for metric in metrics)


def namer(site: Any) -> Name:
    """What a line is called: services by their place, others as they are."""

    def name(line: Line, by: By) -> str:
        node = site.ids.get(line.value) if by is Dimension.SERVICE and line.value else None
        if node is not None and node.in_tree:
            return f"{node.__parent__.__name__}/{node.__name__}"
        return plain_name(line, by)

    return name
