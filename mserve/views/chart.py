"""Charts: the lines of a report as SVG, made here, that needs no script."""

from collections.abc import Callable, Iterable
from typing import Any
from xml.etree import ElementTree

from mserve.resources import clock
from mserve.resources.mark import MADE_FROM
from mserve.resources.metrics import LEVELS, OURS
from mserve.resources.period import Grain
from mserve.resources.report import Line
from mserve.resources.series import Dimension

SCRIPT = "script"
MOST = 12  # slices; the smallest are one
SHOWN = {Grain.HOUR: 16, Grain.DAY: 10, Grain.MONTH: 7}
"""Characters of a time (RFC 3339) that tell the period."""
TIMES = {
    "x_label_rotation": 30,
    "x_labels_major_count": 12,
    "show_minor_x_labels": False,
    "include_x_axis": True,
}
UNITS = ("", "k", "M", "G", "T", "P", "E")


def draw(lines: Iterable[Line], by: Grain | Dimension | None) -> bytes:
    """A chart over time where the lines are told apart by that, else a pie."""
    found = list(lines)
    chart = _over_time(found, by) if isinstance(by, Grain) else _pie(found, by)
    tree = chart.render_tree()
    for parent in tree.iter():
        for script in parent.findall(SCRIPT):
            parent.remove(script)
    for each in [each for each in tree if each.tag is ElementTree.Comment]:
        tree.remove(each)
    return bytes(ElementTree.tostring(tree, "utf-8", xml_declaration=True))


def _over_time(lines: list[Line], by: Grain) -> Any:
    """Curves of what there was at the end of each period, bars of what was used in it."""
    metrics = list(dict.fromkeys(line.metric for line in lines))
    stands = bool(lines) and all(line.rated or line.metric in LEVELS for line in lines)
    chart = _chart("Line" if stands else "Bar")
    first = [line for line in lines if line.metric == metrics[0]] if metrics else []
    for name, value in TIMES.items():
        setattr(chart.config, name, value)
    chart.x_labels = [_time(line, by) for line in first]
    chart.show_legend = len(metrics) > 1
    for metric in metrics:
        of_it = [line for line in lines if line.metric == metric]
        chart.add(metric.removeprefix(OURS), [_amount(line) for line in of_it])
    return chart


def _time(line: Line, by: Grain) -> str:
    begin = "" if line.span is None else clock.rfc3339(line.span.start) or ""
    return begin[: SHOWN[by]].replace("T", " ")


def _amount(line: Line) -> float:
    """Of what stands the state at the end, else what was used."""
    if line.rated:
        return line.at_end.rate
    return line.at_end.total if line.metric in LEVELS else line.figure.total


def _pie(lines: list[Line], by: Dimension | None) -> Any:
    chart = _chart("Pie")
    ordered = sorted(lines, key=_amount, reverse=True)
    for line in ordered[:MOST]:
        chart.add(_name(line, by), max(_amount(line), 0))
    if rest := sum(max(_amount(line), 0) for line in ordered[MOST:]):
        chart.add("others", rest)
    return chart


def _name(line: Line, by: Dimension | None) -> str:
    name = line.value or line.metric.removeprefix(OURS)
    return name.partition(MADE_FROM)[0] if by is Dimension.KEY else name


def _chart(kind: str) -> Any:
    import pygal
    from pygal.style import Style

    make: Callable[..., Any] = getattr(pygal, kind)
    return make(
        js=[],
        width=800,
        height=320,
        style=Style(
            font_family="sans-serif",
            background="transparent",
            plot_background="transparent",
            transition="0s",
        ),
        value_formatter=short,
        truncate_label=-1,
        truncate_legend=40,
    )


def short(amount: float) -> str:
    """`amount` in three digits or four, with a prefix of the SI."""
    for unit in UNITS:
        if abs(amount) < 1000 or unit == UNITS[-1]:
            return f"{amount:.4g}{unit}"
        amount /= 1000
    return ""
