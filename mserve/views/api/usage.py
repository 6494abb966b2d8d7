"""REST of usage: what a node and all below it have consumed, and what a key's holders have."""

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.resources.account import Account
from mserve.resources.key_parts import KeyUsage
from mserve.resources.metrics import known, short
from mserve.resources.report import Asked
from mserve.resources.roles import Permission
from mserve.resources.usage_facets import MetricsFacet, UsageFacet, UsageSummary
from mserve.resources.user_places import UserUsage
from mserve.views import key_rights, own_reports, usage, usage_query, usage_tags
from mserve.views.body import document
from mserve.views.config import rest

REPORTS = {200: ("Figures", "Table", "Chart"), 304: None}


@rest(context=UsageFacet, method="GET", permission=Permission.USAGE,
      gives=REPORTS, query=usage_query.QUERY)  # fmt: skip
def report(context: UsageFacet, request: Any) -> Any:
    """A report for each metric, of the place and all below it.

    `metric` names those that are asked for; `from` and `to` say of when (RFC 3339, or a day, or a
    month; UTC); `group` tells them apart by `hour`, `day`, `month`, `key`, `task`, `mimetype` or
    `service`, tasks by `5min` as well; `format=csv` gives a table, `format=svg` a chart. What is
    not kept by a `group` any more is refused; without `from` it begins with what is.
    """
    return _reports(request, context.node.id, context.node)


@rest(context=UsageFacet, method="POST", permission=Permission.REPORT,
      takes="UsageReports", gives={200: "Figures"})  # fmt: skip
def add(context: UsageFacet, request: Any) -> Any:
    """Reports usage that a program has measured, of metrics of its own: all of it, or nothing.

    Each of `reports` has the `metric`, and an `amount` that is added up, or a `rate` by which what
    is used per second changes from now on, of a metric that the site has as a rate. Answers what
    those metrics have come to here.
    """
    own = known(request.settings.usage.metrics)
    found = own_reports.read(document(request), own)
    own_reports.enter_all(context.node, found)
    account = Account(request.site, context.node.id, context.node)
    asked = Asked(tuple(sorted({short(each.metric) for each in found})))
    items = [usage.report(line) for line in usage.told(account, asked)]
    return {"items": items, "next": None, "total": len(items)}


@rest(context=KeyUsage, method="GET", permission=Permission.DELEGATE,
      gives=REPORTS, query=usage_query.QUERY)  # fmt: skip
def report_of_key(context: KeyUsage, request: Any) -> Any:
    """What was used through a key, and through those made from it. As for a place."""
    key_rights.check_seen(request, context.key)
    return _reports(request, context.key.id)


@rest(context=UserUsage, method="GET", permission=Permission.ADMIN, gives=REPORTS,
      query=usage_query.QUERY)  # fmt: skip
def report_of_user(context: UserUsage, request: Any) -> Any:
    """What a user has used. As for a place."""
    return _reports(request, context.user.id)


def _reports(request: Any, id: str, node: Any = None) -> Any:
    def made() -> Any:
        account = Account(request.site, id, node)
        asked = usage_query.asked(request, account)
        lines = usage.told(account, asked)
        if request.GET.get("format") == "svg":
            return usage.drawn(request, lines, asked.by)
        return usage.answer(request, (usage.report(line, asked.by) for line in lines), "usage")

    state: tuple[Any, ...] = usage_tags.of_query(request, id, node)
    if request.GET.get("format") == "svg":
        state = (*state, request.locale_name)
    return usage_tags.tagged(request, state, made)


@rest(context=UsageSummary, method="GET", permission=Permission.USAGE,
      gives={200: ("Summaries", "Table"), 304: None}, query=usage_query.QUERY)  # fmt: skip
def summarize(context: UsageSummary, request: Any) -> Any:
    """For each metric how many reports there were, and their sum, least, most, mean and spread.

    It is asked for as the reports are.
    """
    node = context.node

    def made() -> Any:
        account = Account(request.site, node.id, node)
        asked = usage_query.asked(request, account)
        found = (usage.summary(line, asked.by) for line in usage.told(account, asked))
        return usage.answer(request, found, "usagesummary")

    return usage_tags.tagged(request, usage_tags.of_query(request, node.id, node), made)


@rest(context=MetricsFacet, method="GET", permission=NO_PERMISSION_REQUIRED, gives="Metrics")
def registry(context: MetricsFacet, request: Any) -> Any:
    """The metrics, with their units, and what they mean."""
    items = [each._asdict() for each in known(request.settings.usage.metrics).values()]
    return {"items": items, "next": None, "total": len(items)}
