"""The page of a node's events: a table, a form that filters it, and a link to the next page."""

from typing import Any

from mserve.resources.audit import Action
from mserve.resources.facets import AuditFacet
from mserve.resources.roles import Permission
from mserve.views import events
from mserve.views.api import audit as door
from mserve.views.config import page


@page(context=AuditFacet, permission=Permission.AUDIT, template="audit.jinja2")
def audit(context: AuditFacet, request: Any) -> Any:
    """A page of events, newest first; or all of them, as a table or lines that it leads to."""
    if "format" in request.GET:
        return door.listing(context, request)
    return {
        **events.listed(request, context),
        "exports": [(each, f"?{events.again(request, format=each)}") for each in door.KINDS],
        "node": context.node,
        "cursor": request.GET.get("cursor"),
        "asked": request.GET,
        "actions": [each.value for each in Action],
    }
