"""What the form of a new container or service offers, and what has been typed into it."""

from typing import Any

from mserve.resources.container import Container
from mserve.resources.roles import Permission
from mserve.views.api.containers import beginnings
from mserve.views.html import moments
from mserve.views.html.editing import typed

FIELDS = ("name", "title", "description", "profile", "start", "end")


def beginning(request: Any, node: Any) -> dict[str, Any]:
    """On the page of the site or a container; `opened` where it comes back with a fault."""
    container = isinstance(node, Container)
    needed = Permission.ADD_SERVICE if container else Permission.ADD_CONTAINER
    return {
        "makes": bool(request.has_permission(needed, node)),
        "typed": {name: typed(request, name) for name in FIELDS},
        "zone": typed(request, "zone", moments.USUAL),
        "opened": request.method == "POST",
        "beginnings": beginnings(node) if container else [],
        "zones": moments.PLACES,
        "fault": None,
        "faults": {},
    }
