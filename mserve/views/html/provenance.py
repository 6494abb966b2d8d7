"""The page of provenance: what a file was made of and what was made of it, as picture and list."""

from typing import Any

from mserve.resources.file_facets import Provenance
from mserve.resources.roles import Permission
from mserve.views.config import page
from mserve.views.provenance.document import document
from mserve.views.provenance.layout import FEW, HEIGHT, WIDTH, picture
from mserve.views.provenance.walk import look
from mserve.views.urls import facet_url


@page(context=Provenance, permission=Permission.VIEW, template="provenance.jinja2")
def provenance(context: Provenance, request: Any) -> dict[str, Any]:
    """The graph that REST has here, for people."""
    graph = document(request, context.node, look(request, context.node))
    return {
        "node": context.node,
        "here": facet_url(request, context.node, "provenance"),
        "graph": graph,
        "entities": {each["id"]: each for each in graph["entities"]},
        "picture": picture(graph),
        "box": (WIDTH, HEIGHT),
        "few": FEW,
    }
