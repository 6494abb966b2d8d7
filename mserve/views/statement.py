"""A statement: what a place and all below it have used in one month, as it is billed from."""

import re
from collections.abc import Iterator
from typing import Any

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.account import Account
from mserve.resources.metrics import Metric, known
from mserve.resources.period import Grain, number_of, open_since, span_of
from mserve.resources.report import Asked, Line, lines
from mserve.resources.signature import signature
from mserve.views.urls import url

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
Json = dict[str, Any]


def month_of(request: Any) -> int:
    """The month that the query asks for, or the present one. Raises BadInput."""
    text = request.GET.get("month")
    if text is None:
        return number_of(Grain.MONTH, clock.now())
    found = MONTH.fullmatch(text)
    if found is None or not 1970 <= int(found[1]) < 9999:
        raise BadInput(f"month={text:.40}: should be a month such as 2026-11")
    return int(found[1]) * 12 + int(found[2]) - 1


def statement(request: Any, node: Any) -> Json:
    """That of a node. Raises BadInput."""
    number = month_of(request)
    span = span_of(Grain.MONTH, number)
    signed = signature(request.site.series.get(node.id), number)
    return {
        "node": node.id,
        "name": node.__name__,
        "url": url(request, node),
        "month": f"{number // 12}-{number % 12 + 1:02}",
        "from": clock.rfc3339(span.start),
        "to": clock.rfc3339(span.end),
        "closed": span.end <= open_since(clock.now()),
        "items": [*_items(request, node, number)],
        "entries": signed.entries,
        "digest": signed.digest,
    }


def _items(request: Any, node: Any, number: int) -> Iterator[Json]:
    account = Account(request.site, node.id, node)
    metrics = known(request.settings.usage.metrics)
    span = span_of(Grain.MONTH, number)
    if span.start > account.moment:
        return
    for line in lines(account, Asked(None, span.start, span.end)):
        if line.figure.reports or line.used or line.at_end.total:
            yield _item(line, metrics.get(line.metric))


def _item(line: Line, metric: Metric | None) -> Json:
    """What was used, in the unit (of a rate: times seconds), and what there was at the end."""
    return {
        "metric": line.metric,
        "unit": None if metric is None else metric.unit,
        "used": line.used if line.rated else line.figure.total,
        "reports": line.figure.reports,
        "at_end": line.at_end.rate if line.rated else line.at_end.total,
    }
