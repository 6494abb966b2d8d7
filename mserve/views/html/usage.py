"""The page of what a place has used: charts over a time, each with its table."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from mserve.errors import BadInput
from mserve.resources import clock
from mserve.resources.account import Account
from mserve.resources.facets import UsageFacet
from mserve.resources.metrics import ACCESS, DISC, DISC_SPACE, FILE, INGEST, JOB_RUNTIME, TASK
from mserve.resources.period import DAY_LONG, Grain, around
from mserve.resources.roles import Permission
from mserve.views import usage
from mserve.views.api import usage as api
from mserve.views.chart import short
from mserve.views.config import page
from mserve.views.urls import facet_url


class Time(NamedTuple):
    """A time up to now, and by what it is told apart."""

    label: str
    long: int
    by: Grain


TIMES = {
    "day": Time("24 hours", DAY_LONG, Grain.HOUR),
    "month": Time("30 days", 30 * DAY_LONG, Grain.DAY),
    "year": Time("12 months", 365 * DAY_LONG, Grain.MONTH),
}


class Chart(NamedTuple):
    """What a chart shows: metrics over time, or told apart by what `group` says."""

    title: str
    metrics: tuple[str, ...]
    group: str | None = None


CHARTS = (
    Chart("Bytes kept", (DISC,)),
    Chart("Files", (FILE,)),
    Chart("Bytes that came in", (INGEST,)),
    Chart("Bytes that were read", (ACCESS,)),
    Chart("Tasks that ended", (TASK,)),
    Chart("Seconds of tasks", (JOB_RUNTIME,)),
    Chart("Bytes kept, by type", (DISC_SPACE,), "mimetype"),
    Chart("Tasks, by name", (TASK,), "task"),
    Chart("Bytes kept, by service", (DISC_SPACE,), "service"),
)


@page(context=UsageFacet, permission=Permission.USAGE, template="usage.jinja2")
def show(context: UsageFacet, request: Any) -> Any:
    """Charts over the last day, month or year; or a table or chart that they lead to."""
    if "format" in request.GET:
        return api.report(context, request)
    name = request.GET.get("time", "month")
    if name not in TIMES:
        raise BadInput(f"time={name:.40}: should be one of: {', '.join(TIMES)}")
    account = Account(request.site, context.node.id, context.node)
    here = facet_url(request, context.node, "usage")
    return {
        "node": context.node,
        "here": here,
        "time": name,
        "times": TIMES,
        "totals": [usage.report(line) for line in usage.told(account, usage.EVERYTHING)],
        "charts": [*_charts(context.node, account, here, TIMES[name])],
        "short": short,
        "statement": facet_url(request, context.node, "statement"),
    }


def _charts(node: Any, account: Account, here: str, time: Time) -> Iterator[dict[str, Any]]:
    by = time.by if time.by in account.grains else Grain.DAY
    start = around(by, max(account.moment - time.long, account.begin)).start
    for each in CHARTS:
        if each.group == "service" and node.type not in ("site", "container"):
            continue
        asked = [("metric", metric) for metric in each.metrics]
        if each.group is None:
            asked += [("group", by.label), ("from", str(clock.rfc3339(start)))]
        else:
            asked += [("group", each.group)]
        yield {
            "title": each.title,
            "svg": f"{here}?{urlencode([*asked, ('format', 'svg')])}",
            "csv": f"{here}?{urlencode([*asked, ('format', 'csv')])}",
        }
