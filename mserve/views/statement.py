"""A statement: what a node with all below it, a key or a user has used in one month, as it is
billed from."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pyramid.response import Response

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.account import Account
from mserve.resources.metrics import Metric, known
from mserve.resources.period import Grain, number_of, open_since, span_of
from mserve.resources.report import Asked, Line, lines
from mserve.resources.signature import Signature, signature
from mserve.resources.signature import lines as signed_lines
from mserve.views import usage, usage_tags
from mserve.views.urls import url

LINES = "application/x-ndjson"
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


class Of(NamedTuple):
    """Whose statement it is: a `node`, `key` or `user`, of what name and where."""

    kind: str
    id: str
    name: str | None
    url: str
    node: Any = None


def of_node(request: Any, node: Any) -> Of:
    return Of("node", node.id, node.__name__, url(request, node), node)


def of_key(request: Any, key: Any) -> Of:
    return Of("key", key.id, key.label, url(request, key))


def of_user(user: Any, address: str) -> Of:
    return Of("user", user.id, user.called, address)


def answer(request: Any, of: Of) -> Any:
    """The statement as JSON, or its table; or that the client has it. Raises BadInput."""
    number = month_of(request)
    signed = _signed(request, of, number)
    state = _closed(number) or usage_tags.state_of(request.site, of.id, of.node)

    def made() -> Any:
        told = statement(request, of)
        found = usage.answer(request, told["items"], f"statement-{told['month']}")
        return told if isinstance(found, dict) else found

    return usage_tags.tagged(request, (of.name, number, signed, state), made)


def entries(request: Any, of: Of) -> Response:
    """The entries that it came from, each one line of JSON."""
    text = "".join(f"{line}\n" for line in signed_lines(request.site, of.id, month_of(request)))
    return Response(text, content_type=LINES, charset="utf-8")


def _closed(number: int) -> bool:
    return span_of(Grain.MONTH, number).end <= open_since(clock.now())


def _signed(request: Any, of: Of, number: int) -> Signature:
    return signature(request.site.series.told(of.id), number)


def statement(request: Any, of: Of) -> Json:
    """What was used in the month that is asked for. Raises BadInput."""
    number = month_of(request)
    span = span_of(Grain.MONTH, number)
    signed = _signed(request, of, number)
    return {
        of.kind: of.id,
        "name": of.name,
        "url": of.url,
        "month": f"{number // 12}-{number % 12 + 1:02}",
        "from": clock.rfc3339(span.start),
        "to": clock.rfc3339(span.end),
        "closed": _closed(number),
        "items": [*_items(request, of, number)],
        "entries": signed.entries,
        "digest": signed.digest,
    }


def _items(request: Any, of: Of, number: int) -> Iterator[Json]:
    account = Account(request.site, of.id, of.node)
    metrics = known(request.settings.usage.metrics)
    span = span_of(Grain.MONTH, number)
    if span.start > account.moment:
        return
    for line in lines(account, Asked(None, span.start, span.end)):
        if line.figure.reports or line.used or line.at_end.total:
            whole = line.metric.rpartition("/")[0]  # of one task's
            yield _item(line, metrics.get(line.metric) or metrics.get(whole))


def _item(line: Line, metric: Metric | None) -> Json:
    """What was used, in the unit (of a rate: times seconds), and what there was at the end."""
    return {
        "metric": line.metric,
        "unit": None if metric is None else metric.unit,
        "used": line.used if line.rated else line.figure.total,
        "reports": line.figure.reports,
        "at_end": line.at_end.rate if line.rated else line.at_end.total,
    }
