"""The page of how the site does: what is wrong comes first, with what to do."""

from typing import Any

from mserve.resources.roles import Permission
from mserve.resources.site_facets import StatusFacet
from mserve.views import status
from mserve.views.config import page
from mserve.views.status.check import STATES
from mserve.views.urls import facet_url


@page(context=StatusFacet, permission=Permission.ADMIN, template="status.jinja2")
def show(context: StatusFacet, request: Any) -> dict[str, Any]:
    """All checks, which are made anew as long as somebody looks."""
    checks, versions = status.look(request)
    return {
        "checks": sorted(checks, key=lambda each: -STATES.index(each.state)),
        "worst": status.worst(checks),
        "versions": versions,
        "node": context.node,
        "here": facet_url(request, context.node, "status"),
    }
