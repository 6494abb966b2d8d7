"""Notes: each transaction says who asked for what, for the history of what it changed.

A line has the asker, the method and the node's path, as `key:0f… PUT /acme/media/cat.jpg`; never
what may be a secret, such as the rest of an address.
"""

from typing import Any
from urllib.parse import quote

from pyramid.events import ContextFound, subscriber

from mserve.resources.facet import Facet
from mserve.resources.job import Job
from mserve.resources.key import Key
from mserve.resources.node import Node
from mserve.resources.trash import Trashed
from mserve.resources.upload import Upload
from mserve.undo.history import path_of
from mserve.views.absent import Absent

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FACETS = {Key: "/-/keys", Job: "/-/jobs", Trashed: "/-/trash", Upload: "/-/uploads"}
"""The facets of what belongs to a node without being below one."""


@subscriber(ContextFound)
def begin(event: Any) -> None:
    """Replaces the plain path of the request, which pyramid_tm has noted."""
    request = event.request
    if getattr(request, "matched_route", None) is None or request.door == "dav":
        request.tm.get().description = ""
        if request.method not in SAFE:
            note(request, request.context)


def note(request: Any, context: Any) -> None:
    """Adds a line to the transaction in which the request acts."""
    actor = "nobody" if request.identity is None else request.identity.actor
    manager = request.site._p_jar.transaction_manager
    manager.get().note(f"{actor} {request.method} {place(context)}")


def place(context: Any) -> str:
    """The path of the node, with names where nothing is yet, and that of its facet if it is one."""
    facet, names = FACETS.get(type(context), ""), list[str]()
    while context is not None and not isinstance(context, Node):
        if isinstance(context, Facet):
            facet, names = f"/-/{context.name}", []
        elif not facet and isinstance(context, Absent):
            names.insert(0, context.__name__)
        context = getattr(context, "__parent__", None)
    above = "" if context is None else path_of(context)
    return "".join((above, *(f"/{quote(name)}" for name in names), facet)) or "/"
