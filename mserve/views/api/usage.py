"""REST of usage: what a node and all below it have consumed, and what a key's holders have."""

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.resources.account import Account
from mserve.resources.facets import MetricsFacet, UsageFacet, UsageSummary
from mserve.resources.key_parts import KeyUsage
from mserve.resources.metrics import known
from mserve.resources.roles import Permission
from mserve.views import key_rights, usage
from mserve.views.config import rest


@rest(context=UsageFacet, method="GET", permission=Permission.USAGE,
      gives={200: ("Figures", "Table")}, query=usage.QUERY)  # fmt: skip
def report(context: UsageFacet, request: Any) -> Any:
    """A report for each metric, of the place and all below it.

    `metric` names those that are asked for; `from` and `to` say of when (RFC 3339, or a day, or a
    month; UTC); `group` tells them apart by `hour`, `day`, `month`, `key`, `task` or `mimetype`;
    `format=csv` gives a table.
    """
    return _reports(request, Account(request.site, context.node.id, context.node))


@rest(context=KeyUsage, method="GET", permission=Permission.DELEGATE,
      gives={200: ("Figures", "Table")}, query=usage.QUERY)  # fmt: skip
def report_of_key(context: KeyUsage, request: Any) -> Any:
    """What was used through a key, and through those made from it. As for a place."""
    key_rights.check_seen(request, context.key)
    return _reports(request, Account(request.site, context.key.id))


def _reports(request: Any, account: Account) -> Any:
    asked = usage.asked(request, account)
    found = (usage.report(line, asked.by) for line in usage.told(account, asked))
    return usage.answer(request, found, "usage")


@rest(context=UsageSummary, method="GET", permission=Permission.USAGE,
      gives={200: ("Summaries", "Table")}, query=usage.QUERY)  # fmt: skip
def summarize(context: UsageSummary, request: Any) -> Any:
    """For each metric how many reports there were, and their sum, least, most, mean and spread.

    It is asked for as the reports are.
    """
    account = Account(request.site, context.node.id, context.node)
    asked = usage.asked(request, account)
    found = (usage.summary(line, asked.by) for line in usage.told(account, asked))
    return usage.answer(request, found, "usagesummary")


@rest(context=MetricsFacet, method="GET", permission=NO_PERMISSION_REQUIRED, gives="Metrics")
def registry(context: MetricsFacet, request: Any) -> Any:
    """The metrics, with their units, and what they mean."""
    items = [each._asdict() for each in known(request.settings.usage.metrics).values()]
    return {"items": items, "next": None, "total": len(items)}
