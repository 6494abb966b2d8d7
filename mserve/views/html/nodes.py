"""The page of what does the work: queues, nodes and workers, and what has them rest and go on."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.resources.facets import NodesFacet
from mserve.resources.roles import Permission
from mserve.tasks.nodes import Nodes
from mserve.views.api import workers
from mserve.views.config import page
from mserve.views.html.flash import flash
from mserve.views.html.forms import field, fields, form
from mserve.views.profiles import queue
from mserve.views.urls import facet_url


@page(context=NodesFacet, permission=Permission.ADMIN, template="nodes.jinja2")
def nodes(context: NodesFacet, request: Any) -> dict[str, Any]:
    """Queues with their depth, nodes, and the workers on them."""
    listed = workers.listing(context, request)
    return {
        **listed,
        "node": context.node,
        "here": facet_url(request, context.node, "nodes"),
        "workers": [each for node in listed["nodes"] for each in node["workers"]],
    }


@form(context=NodesFacet, do="pause", permission=Permission.ADMIN)
@form(context=NodesFacet, do="drain", permission=Permission.ADMIN)
@form(context=NodesFacet, do="resume", permission=Permission.ADMIN)
def steer(context: NodesFacet, request: Any) -> Response:
    """Has the form's `queue` rest or its `node` take no more, or go on."""
    told = fields(request)
    place = queue(request.settings)(told["queue"][0]) if "queue" in told else None
    node = told["node"][0] if "node" in told else None
    do = field(request, "do")
    workers.act(context.node, Nodes(request.queues.redis), do, place, node)
    onward = HTTPSeeOther(facet_url(request, context.node, "nodes"))
    return flash(request, onward, "resumed" if do == "resume" else "paused", place or node or "")
