"""Tabs: the pages that a node of the tree has, for what the key may see of it."""

from typing import Any, NamedTuple

from mserve.resources.node import Node
from mserve.resources.roles import Permission
from mserve.views.html.languages import _
from mserve.views.urls import url

ALL = ("site", "container", "service", "folder", "mfile")


class Tab(NamedTuple):
    """A page at the facet `-/<facet>` (none: the node's own) of nodes of some types.

    `also`: other facets whose pages it leads to.
    """

    facet: str
    label: str
    types: tuple[str, ...]
    permission: Permission = Permission.VIEW
    also: tuple[str, ...] = ()


TABS = (
    Tab("", _("Containers"), ("site",)),
    Tab("", _("Services"), ("container",)),
    Tab("", _("Files"), ("service", "folder")),
    Tab("", _("File"), ("mfile",)),
    Tab("webdav", _("WebDAV"), ("container", "service", "folder"), Permission.READ),
    Tab("metadata", _("Metadata"), ("folder", "mfile")),
    Tab("versions", _("Versions"), ("mfile",)),
    Tab("provenance", _("Provenance"), ("mfile",)),
    Tab("jobs", _("Jobs"), ("service", "folder", "mfile")),
    Tab("rounds", _("Rounds"), ("service",)),
    Tab("schedules", _("Schedules"), ("service",), Permission.CONFIGURE),
    Tab("profiles", _("Workflows"), ("container", "service"), Permission.CONFIGURE, ("tasks",)),
    Tab("trash", _("Trash"), ("service",), Permission.REMOVE),
    Tab("keys", _("Share"), ALL, Permission.DELEGATE),
    Tab("status", _("Health"), ("site",), Permission.ADMIN),
    Tab("nodes", _("Nodes and queues"), ("site",), Permission.ADMIN),
    Tab("users", _("Users"), ("site",), Permission.ADMIN),
    Tab("requests", _("Requests"), ("container",), Permission.ADD_SERVICE),
    Tab("properties", _("Properties"), ("container", "service"), Permission.CONFIGURE),
    Tab("usage", _("Usage"), ALL, Permission.USAGE, ("statement",)),
    Tab("quotas", _("Quotas"), ("container", "service"), Permission.USAGE),
    Tab("audit", _("Audit"), ALL, Permission.AUDIT),
    Tab("history", _("History"), ALL, Permission.ADMIN),
    Tab("settings", _("Settings"), ("site",), Permission.ADMIN),
    Tab("objects", _("Objects"), ("site",), Permission.ADMIN),
)


def tabs(request: Any) -> list[tuple[Any, str, bool]]:
    """Label, URL, and whether it is the page in front, of the tabs of the node that is shown.

    Of pages that are one's own, by no key, there are none.
    """
    node, grant = node_of(request.context), getattr(request, "grant", None)
    if node is None or grant is None or grant.own_only:
        return []
    here, base = request.path_url, url(request, node)
    facets = f"{base}-/" if base.endswith("/") else f"{base}/-/"
    offered = [
        each
        for each in TABS
        if node.type in each.types and request.has_permission(each.permission, node)
    ]
    places = {each: f"{facets}{each.facet}" if each.facet else base for each in offered}
    known = [(place, tab) for tab, place in places.items()]
    known += [(f"{facets}{other}", tab) for tab in offered for other in tab.also]
    _, front = max(
        (each for each in known if here.startswith(each[0])),
        key=lambda each: len(each[0]),
        default=("", None),
    )
    found = [(tab.label, place, tab is front) for tab, place in places.items()]
    return found if len(found) > 1 else []


def node_of(context: Any) -> Node | None:
    """The node itself, or the one that the facet, or what is in it, belongs to."""
    while context is not None and not isinstance(context, Node):
        context = getattr(context, "node", None) or getattr(context, "__parent__", None)
    return context
