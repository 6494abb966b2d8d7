"""Usage over time: what a request asks for, and its lines as JSON and as CSV."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pyramid.response import Response

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.account import Account
from mserve.resources.mark import MADE_FROM
from mserve.resources.metrics import check_uri, short
from mserve.resources.period import Grain, Span, around
from mserve.resources.report import Asked, Line, lines
from mserve.resources.series import Dimension
from mserve.views.chart import draw

Json = dict[str, Any]
QUERY = ("metric", "from", "to", "group", "format")
GROUPS: dict[str, Grain | Dimension] = {
    **{grain.label: grain for grain in Grain},
    "key": Dimension.KEY,
    "task": Dimension.TASK,
    "mimetype": Dimension.MIMETYPE,
    "service": Dimension.SERVICE,
}
EVERYTHING = Asked()
DRAWN = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
MOST = 20_000  # lines of an answer
MONTH = re.compile(r"\d{4}-\d{2}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def asked(request: Any, account: Account) -> Asked:
    """What the query asks for. Raises BadInput."""
    query = request.GET
    metrics = tuple(short(check_uri(each)) for each in query.getall("metric"))
    start, end = (_moment(query.get(name), name, account) for name in ("from", "to"))
    if start is not None and end is not None and end <= start:
        raise BadInput("`to` has to be after `from`")
    group = query.get("group")
    if group is not None and group not in GROUPS:
        raise BadInput(f"group={group:.40}: should be one of: {', '.join(GROUPS)}")
    found = Asked(metrics or None, start, end, GROUPS[group] if group else None)
    _check_many(account, found)
    return found


def _moment(text: str | None, name: str, account: Account) -> int | None:
    """A time, a day or a month, in µs, at which a period of the account begins."""
    if text is None:
        return None
    whole = text + "-01" if MONTH.fullmatch(text) else text
    moment = clock.parse(whole + "T00:00Z" if DAY.fullmatch(whole) else whole)
    finest = account.grains[0]
    begin = around(finest, moment).start
    if begin != moment:
        told = f"usage is summed up by {finest.label} here; right is for example"
        raise BadInput(f"{name}={text:.40}: {told} {clock.rfc3339(begin)}")
    return moment


def _check_many(account: Account, found: Asked) -> None:
    if isinstance(found.by, Grain):
        end = account.moment if found.end is None else found.end
        span = Span(account.begin if found.start is None else found.start, end)
        if found.by not in account.grains:
            raise BadInput(f"of a file there is no usage by {found.by.label}; ask for days")
        long = around(found.by, account.moment)
        if (span.end - span.start) // (long.end - long.start) > MOST:
            raise BadInput(f"that are more than {MOST} lines; ask for a shorter time")


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


def drawn(lines: Iterable[Line], by: Grain | Dimension | None) -> Response:
    """The lines as a chart."""
    response = Response(draw(lines, by), content_type="image/svg+xml", charset="utf-8")
    response.headers["Content-Security-Policy"] = DRAWN
    return response


def table(items: list[Json]) -> str:
    """CSV (RFC 4180), with a line of names first; what could be a formula is quoted as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(items[0]) if items else ["metric"])
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in item.items()} for item in items)
    return text.getvalue()


def _cell(value: Any) -> Any:
    risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
    return "'" + value if risky else value
