"""The page of a service's trash: what was removed, until when it can be taken back."""

from typing import Any

from mserve.resources.roles import Permission
from mserve.resources.service_facets import Trash
from mserve.views.api import trash as door
from mserve.views.config import page


@page(context=Trash, permission=Permission.REMOVE, template="trash.jinja2")
def trash(context: Trash, request: Any) -> dict[str, Any]:
    """A page of what was removed, the newest first."""
    listed = door.listing(context, request)
    return {**listed, "node": context.node, "cursor": request.GET.get("cursor")}
