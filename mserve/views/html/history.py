"""The page of a node's history, for who administers it."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.errors import Conflict
from mserve.resources.facets import History, HistoryEntry
from mserve.resources.roles import Permission
from mserve.views.api import history as door
from mserve.views.config import page
from mserve.views.html.flash import flash
from mserve.views.html.forms import form
from mserve.views.html.login import again
from mserve.views.urls import facet_url


@page(context=History, permission=Permission.ADMIN, template="history.jinja2")
def history(context: History, request: Any) -> dict[str, Any]:
    """The last transactions, each with a button that undoes it."""
    return {"fault": None, **told(context, request)}


def told(context: History, request: Any) -> dict[str, Any]:
    """What the page shows."""
    here = facet_url(request, context.node, "history")
    return {**door.listing(context, request), "node": context.node, "here": here}


@form(context=HistoryEntry, do="undo", permission=Permission.ADMIN)
def undo(context: HistoryEntry, request: Any) -> Response:
    """Undoes the transaction; leads back to the history, of which that is the newest, or which
    says why not."""
    node, above = context.node, context.node.__parent__
    here = facet_url(request, node, "history")
    try:
        door.take_back(context, request)
    except Conflict as fault:
        request.tm.abort()
        request.tm.begin()
        return again("history.jinja2", request, fault, **told(context.__parent__, request))
    gone = not node.in_tree and above is not None
    onward = HTTPSeeOther(facet_url(request, above, "history") if gone else here)
    return flash(request, onward, "undone")
