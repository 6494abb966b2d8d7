"""Tabs: the pages that a node of the tree has, for what the key may see of it."""

from typing import Any, NamedTuple

from mserve.resources.node import Node
from mserve.resources.roles import Permission
from mserve.views.html.languages import _
from mserve.views.urls import url

ALL = ("site", "container", "service", "folder", "mfile")


class Tab(NamedTuple):
    """A page at the facet `-/<facet>` (none: the node's own) of nodes of some types."""

    facet: str
    label: str
    types: tuple[str, ...]
    permission: Permission = Permission.VIEW


TABS = (
    Tab("", _("Containers"), ("site",)),
    Tab("", _("Services"), ("container",)),
    Tab("", _("Files"), ("service", "folder")),
    Tab("", _("File"), ("mfile",)),
    Tab("metadata", _("Metadata"), ("folder", "mfile")),
    Tab("versions", _("Versions"), ("mfile",)),
    Tab("provenance", _("Provenance"), ("mfile",)),
    Tab("jobs", _("Jobs"), ("service", "mfile")),
    Tab("rounds", _("Rounds"), ("service",)),
    Tab("trash", _("Trash"), ("service",), Permission.REMOVE),
    Tab("keys", _("Share"), ALL, Permission.DELEGATE),
    Tab("nodes", _("Nodes and queues"), ("site",), Permission.ADMIN),
    Tab("users", _("Users"), ("site",), Permission.ADMIN),
    Tab("requests", _("Requests"), ("container",), Permission.ADD_SERVICE),
    Tab("usage", _("Usage"), ALL, Permission.USAGE),
    Tab("quotas", _("Quotas"), ("container", "service"), Permission.USAGE),
    Tab("audit", _("Audit"), ALL, Permission.AUDIT),
    Tab("history", _("History"), ALL, Permission.ADMIN),
)


def tabs(request: Any) -> list[tuple[Any, str, bool]]:
    """Label, URL, and whether it is the page in front, of the tabs of the node that is shown."""
    node = node_of(request.context)
    if node is None or request.grant.own_only:
        return []
    here, base = request.path_url, url(request, node)
    facets = f"{base}-/" if base.endswith("/") else f"{base}/-/"
    found = [
        (each.label, f"{facets}{each.facet}" if each.facet else base)
        for each in TABS
        if node.type in each.types and request.has_permission(each.permission, node)
    ]
    front = max((place for _, place in found if here.startswith(place)), key=len, default="")
    return [(label, place, place == front) for label, place in found] if len(found) > 1 else []


def node_of(context: Any) -> Node | None:
    """The node itself, or the one that the facet, or what is in it, belongs to."""
    while context is not None and not isinstance(context, Node):
        context = getattr(context, "node", None) or getattr(context, "__parent__", None)
    return context
