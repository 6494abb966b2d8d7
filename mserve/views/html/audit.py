"""The page of a node's events: a table, a form that filters it, and a link to the next page."""

from typing import Any

from mserve.resources.audit import Action
from mserve.resources.facets import AuditFacet
from mserve.resources.roles import Permission
from mserve.views import events
from mserve.views.config import page


@page(context=AuditFacet, permission=Permission.AUDIT, template="audit.jinja2")
def audit(context: AuditFacet, request: Any) -> dict[str, Any]:
    """A page of events, newest first."""
    return {
        **events.listed(request, context),
        "node": context.node,
        "cursor": request.GET.get("cursor"),
        "asked": request.GET,
        "actions": [each.value for each in Action],
    }
