"""Usage over time: its lines as JSON and as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from pyramid.response import Response

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.account import Account
from mserve.resources.mark import MADE_FROM
from mserve.resources.period import Grain
from mserve.resources.report import Asked, Line, lines
from mserve.resources.rows import Dimension
from mserve.views.chart import draw
from mserve.views.chart_table import namer
from mserve.views.html.chart_words import sayer
from mserve.views.usage_query import MOST

Json = dict[str, Any]
EVERYTHING = Asked()
DRAWN = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


def told(account: Account, found: Asked) -> Iterator[Line]:
    """The lines that answer it. Raises BadInput where they are too many."""
    for number, line in enumerate(lines(account, found)):
        if number >= MOST:
            raise BadInput(
                f"that are more than {MOST} lines; ask for a `metric`, or a shorter time"
            )
        yield line


def report(line: Line, by: Grain | Dimension | None = None) -> Json:
    """One metric's report."""
    rated = line.rated
    figure, end = line.figure, line.at_end
    return {
        "metric": line.metric,
        **_of(line, by),
        "total": line.used if rated else figure.total,
        "reports": figure.reports,
        "squares": figure.squares,
        "nInProgress": end.running,
        "rate": end.rate,
        "rateTime": clock.rfc3339(line.moment) if rated else None,
        "rateCumulative": end.used(line.moment) if rated else 0,
    }


def summary(line: Line, by: Grain | Dimension | None = None) -> Json:
    """One metric's summary: what its reports were like; of a rate its integral alone."""
    n, rated = line.figure.reports, line.rated
    total, squares = line.figure.total, line.figure.squares
    single = n > 0 and not rated
    variance = (squares * n - total * total) / (n * n) if single else None
    return {
        "metric": line.metric,
        **_of(line, by),
        "n": n,
        "sum": line.used if rated else total,
        "min": line.figure.least,
        "max": line.figure.most,
        "avg": total / n if single else None,
        "variance": variance,
        "stddev": None if variance is None else max(variance, 0.0) ** 0.5,
    }


def _of(line: Line, by: Grain | Dimension | None) -> Json:
    """What the line is about, beside its metric."""
    found: Json = {}
    if isinstance(by, Dimension):
        value = line.value or ""
        found[by.label] = value.partition(MADE_FROM)[0] if by is Dimension.KEY else value
    if line.span is not None:
        found["from"] = clock.rfc3339(line.span.start)
        found["to"] = clock.rfc3339(line.span.end)
    return found


def answer(request: Any, items: Iterable[Json], name: str) -> Any:
    """The lines as a listing, or as CSV where `format=csv` asks for that. Raises BadInput."""
    form = request.GET.get("format", "json")
    if form not in ("json", "csv"):
        raise BadInput(f"format={form:.40}: should be json or csv, or, of a report, svg")
    found = list(items)
    if form == "json":
        return {"items": found, "next": None, "total": len(found)}
    response = Response(table(found), content_type="text/csv", charset="utf-8")
    response.content_disposition = f'attachment; filename="{name}.csv"'
    return response


def drawn(request: Any, lines: Iterable[Line], by: Grain | Dimension | None) -> Response:
    """The lines as a chart."""
    drawing = draw(lines, by, namer(request.site), sayer(request))
    response = Response(drawing, content_type="image/svg+xml", charset="utf-8")
    response.headers["Content-Security-Policy"] = DRAWN
    return response


def table(items: list[Json]) -> str:
    """CSV (RFC 4180), with a line of names first; what could be a formula is quoted as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(items[0]) if items else ["metric"])
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in item.items()} for item in items)
    return text.getvalue()


def cell(value: Any) -> Any:
    """The value as a spreadsheet takes it for no formula."""
    risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
    return "'" + value if risky else value
