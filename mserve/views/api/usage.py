"""REST of usage: what a node and all below it have consumed, per metric."""

from typing import Any

from mserve.resources import clock
from mserve.resources.facets import UsageFacet
from mserve.resources.roles import Permission
from mserve.views import json
from mserve.views.config import rest


@rest(context=UsageFacet, method="GET", permission=Permission.USAGE,
      gives="Figures", query=("metric",))  # fmt: skip
def report(context: UsageFacet, request: Any) -> Any:
    """A report for each metric; `?metric=` for one."""
    moment, asked = clock.now(), request.GET.get("metric")
    figures = sorted(context.node.usage.figures.items())
    items = [json.figure(name, each, moment) for name, each in figures if asked in (None, name)]
    return {"items": items, "next": None, "total": len(items)}
