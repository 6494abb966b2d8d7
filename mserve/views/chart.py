"""Charts: the lines of a report as SVG, made here, that needs no script.

Over time curves show what there was at the end of each period, and bars what was used in it; of
what is measured there are the mean and the most. Told apart otherwise it is a pie, services bars.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mserve.resources import clock
from mserve.resources.mark import MADE_FROM
from mserve.resources.metrics import ACCESS_TIME, LEVELS, OURS, RESPONSE_TIME, TASK, TASK_FAILURE
from mserve.resources.period import Grain
from mserve.resources.report import Line
from mserve.resources.rows import Dimension
from mserve.views.chart_look import AXES, BAD, COLORS, make, short, written

By = Grain | Dimension | None
Name = Callable[[Line, By], str]
Say = Callable[[str], str]
"""Says a text in the reader's language (html/chart_words.py)."""
Names = dict[Line, str]
LONGEST = 20  # characters of a bar's name
MOST = 8  # slices or bars; the smallest are one
A_DAY = 25  # hours of which the time alone is told
MEASURED = frozenset({RESPONSE_TIME, ACCESS_TIME})
"""Metrics of which the mean is told rather than the sum."""
SHOWN = {Grain.STEP: (11, 16), Grain.HOUR: (5, 16), Grain.DAY: (5, 10), Grain.MONTH: (0, 7)}
"""Characters of a time (RFC 3339) that tell the period."""


def draw(lines: Iterable[Line], by: By, name: Name | None = None, say: Say = str) -> bytes:
    """The chart of the lines that are told apart by that; `name` says what one is of."""
    found, called = list(lines), name or plain_name
    names = {line: called(line, by) for line in found}
    metrics = list(dict.fromkeys(line.metric for line in found))
    if isinstance(by, Grain):
        chart = _over_time(found, metrics, by, say)
    elif by is Dimension.TASK and {*metrics} == {TASK, TASK_FAILURE}:
        chart = _endings(found, names, say)
    elif by is Dimension.SERVICE:
        chart = _bars(found, names)
    else:
        chart = _pie(found, names, say)
    chart.config.no_data_text = say("nothing")
    title = ", ".join(label(metric, say) for metric in metrics) or say("usage")
    if by:
        title = say("%(what)s by %(by)s") % {"what": title, "by": say(by.label)}
    return written(chart, title, _words(found, by, names, say))


def label(metric: str, say: Say = str) -> str:
    """What people read of a metric."""
    return say(metric.removeprefix(OURS))


def plain_name(line: Line, by: By = None) -> str:
    """What a line is of: of a key its own id."""
    if not isinstance(by, Dimension):
        return label(line.metric)
    name = line.value or "unknown"
    return name.partition(MADE_FROM)[0] if by is Dimension.KEY else name


def amount(line: Line) -> float:
    """Of what stands the state at the end, else what was used."""
    if line.rated:
        return line.at_end.rate
    return line.at_end.total if line.metric in LEVELS else line.figure.total


def mean(line: Line) -> float | None:
    """Of what is measured; None where nothing was."""
    return line.figure.total / line.figure.reports if line.figure.reports else None


def worth(line: Line) -> float:
    """What a line is compared by."""
    return mean(line) or 0 if line.metric in MEASURED else amount(line)


def period(line: Line, by: Grain) -> str:
    """The period of a line, in short."""
    begin = "" if line.span is None else clock.rfc3339(line.span.start) or ""
    return begin[slice(*SHOWN[by])].replace("T", " ")


def _over_time(lines: list[Line], metrics: Sequence[str], by: Grain, say: Say) -> Any:
    measured = bool(metrics) and MEASURED.issuperset(metrics)
    stands = bool(lines) and all(line.rated or line.metric in LEVELS for line in lines)
    chart = make("Line" if stands or measured else "Bar", **AXES)
    times = [period(line, by) for line in lines if line.metric == metrics[0]]
    chart.config.show_dots = measured or len(times) == 1  # a line through one moment is not seen
    chart.config.legend_at_bottom = True
    chart.config.show_legend = measured or len(metrics) > 1
    _label(chart, times)
    for metric in metrics:
        of_it = [line for line in lines if line.metric == metric]
        for name, values in _series(metric, of_it, say).items():
            chart.add(name, values, stroke_style={"width": 2.5})
    return chart


def _label(chart: Any, times: list[str]) -> None:
    """Below the chart; of one day without the date."""
    chart.x_labels = [each[-5:] for each in times] if len(times) <= A_DAY else times
    chart.config.x_labels_major_every = max(len(times) // 5, 1)
    chart.config.show_minor_x_labels = False


def _series(metric: str, lines: list[Line], say: Say) -> dict[str, list[float | None]]:
    """What is drawn of a metric, by name."""
    if metric not in MEASURED:
        return {label(metric, say): [amount(line) for line in lines]}
    means, most = [mean(line) for line in lines], [line.figure.most for line in lines]
    return {f"{label(metric, say)}: {say('mean')}": means, say("most"): most}


def _endings(lines: list[Line], names: Names, say: Say) -> Any:
    """Of each task what ended well, and in red what failed of all."""
    failed = {line.value: amount(line) for line in lines if line.metric == TASK_FAILURE}
    first = ranked([line for line in lines if line.metric == TASK])
    chart = make("Pie", (*COLORS[: len(first)], BAD), inner_radius=0.45)
    for line in first:
        chart.add(names[line], amount(line) - failed.get(line.value, 0))
    chart.add(say("failed"), sum(failed.values()))
    return chart


def _bars(lines: list[Line], names: Names) -> Any:
    chart = make("HorizontalBar", show_legend=False, **AXES)
    found = list(reversed(ranked(lines)))
    chart.x_labels = [_cut(names[line]) for line in found]
    chart.add("", [amount(line) for line in found])
    return chart


def _cut(name: str) -> str:
    half = LONGEST // 2
    return name if len(name) <= LONGEST else f"{name[:half]}…{name[1 - half :]}"


def _pie(lines: list[Line], names: Names, say: Say) -> Any:
    chart, first = make("Pie", inner_radius=0.45), ranked(lines)
    for line in first:
        chart.add(names[line], amount(line))
    if rest := sum(max(amount(line), 0) for line in lines) - sum(map(amount, first)):
        chart.add(say("others"), rest)
    return chart


def ranked(lines: list[Line]) -> list[Line]:
    """Those of which there is most."""
    some = [line for line in lines if amount(line) > 0]
    return sorted(some, key=amount, reverse=True)[:MOST]


def _words(lines: list[Line], by: By, names: Names, say: Say) -> str:
    if not any(map(worth, lines)):
        return say("There is nothing to show.")
    if not isinstance(by, Grain):
        return "; ".join(f"{names[line]} {short(amount(line))}" for line in ranked(lines))
    most = max(lines, key=worth)
    begin, end = (period(each, by) for each in (lines[0], lines[-1]))
    values = {
        "begin": begin, "end": end, "what": label(most.metric, say), "most": short(worth(most)),
        "when": period(most, by),
    }  # fmt: skip
    return say("From %(begin)s to %(end)s (UTC): %(what)s at most %(most)s (%(when)s).") % values
