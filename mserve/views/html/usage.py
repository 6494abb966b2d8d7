"""The page of what a place has used: charts, each with its table, and all sums."""

from functools import partial
from typing import Any, NamedTuple

from mserve.errors import BadInput
from mserve.resources.account import Account
from mserve.resources.metrics import known
from mserve.resources.period import DAY_LONG, Grain
from mserve.resources.roles import Permission
from mserve.resources.usage_facets import UsageFacet
from mserve.views import usage
from mserve.views.api import usage as api
from mserve.views.chart import label
from mserve.views.chart_look import HEIGHT, WIDTH, short
from mserve.views.config import page
from mserve.views.html.chart_words import sayer
from mserve.views.html.languages import _
from mserve.views.html.usage_charts import shown
from mserve.views.urls import facet_url


class Time(NamedTuple):
    """A time up to now, and by what it is told apart."""

    label: str
    long: int
    by: Grain


TIMES = {
    "day": Time(_("24 hours"), DAY_LONG, Grain.HOUR),
    "month": Time(_("30 days"), 30 * DAY_LONG, Grain.DAY),
    "year": Time(_("12 months"), 365 * DAY_LONG, Grain.MONTH),
}


@page(context=UsageFacet, permission=Permission.USAGE, template="usage.jinja2")
def show(context: UsageFacet, request: Any) -> Any:
    """Charts over the last day, month or year; or a table or chart that they lead to."""
    if "format" in request.GET:
        return api.report(context, request)
    name = request.GET.get("time", "month")
    if name not in TIMES:
        raise BadInput(f"time={name:.40}: should be one of: {', '.join(TIMES)}")
    node, time = context.node, TIMES[name]
    account = Account(request.site, node.id, node)
    return {
        "node": node,
        "here": facet_url(request, node, "usage"),
        "events": facet_url(request, node, "events", "usage"),
        "statement": facet_url(request, node, "statement"),
        "time": name,
        "times": TIMES,
        "totals": [usage.report(line) for line in usage.told(account, usage.EVERYTHING)],
        "charts": [*shown(request, node, account, time.long, time.by)],
        "metrics": known(request.settings.usage.metrics),
        "say": sayer(request),
        "label": partial(label, say=sayer(request)),
        "short": short,
        "width": WIDTH,
        "height": HEIGHT,
    }
