"""The page of what is stored: one object of the database, with links to those it refers to."""

from typing import Any

from mserve.resources.roles import Permission
from mserve.resources.site_facets import ObjectPlace, Objects
from mserve.views.api import objects as door
from mserve.views.config import page
from mserve.views.urls import facet_url

TEMPLATE = "object.jinja2"


@page(context=Objects, permission=Permission.ADMIN, template=TEMPLATE)
def top(context: Objects, request: Any) -> dict[str, Any]:
    """The site as it is stored, or what is of the id that is asked for."""
    return _page(context, request, door.top(context, request))


@page(context=ObjectPlace, permission=Permission.ADMIN, template=TEMPLATE)
def show(context: ObjectPlace, request: Any) -> dict[str, Any]:
    """One object."""
    return _page(context, request, door.show(context, request))


def _page(context: Any, request: Any, told: dict[str, Any]) -> dict[str, Any]:
    entries = told["entries"] or {}
    return {
        "told": told,
        "node": context.node,
        "here": facet_url(request, context.node, "objects"),
        "next": entries.get("next"),
        "cursor": request.GET.get("cursor"),
        "asked_id": request.GET.get("id", ""),
    }
