"""REST of what is stored: each object of the database as it is, for the site's administrators."""

from typing import Any
from urllib.parse import urlencode

from mserve.errors import Missing
from mserve.resources.roles import Permission
from mserve.resources.site_facets import ObjectPlace, Objects
from mserve.views import objects, paging
from mserve.views.config import rest
from mserve.views.json import Json
from mserve.views.urls import facet_url


@rest(context=Objects, method="GET", permission=Permission.ADMIN, gives="StoredObject",
      query=("id", *paging.QUERY))  # fmt: skip
def top(context: Objects, request: Any) -> Json:
    """The site as it is stored, or with `id` the node or job of that id."""
    id = request.GET.get("id")
    if id is None or (not id and request.door == "html"):
        return told(request, context.node, context.node)
    thing = context.node.ids.get(id.strip())
    if thing is None:
        raise Missing(f"there is neither a node nor a job of the id {id:.40}")
    return told(request, context.node, thing)


@rest(context=ObjectPlace, method="GET", permission=Permission.ADMIN, gives="StoredObject",
      query=paging.QUERY)  # fmt: skip
def show(context: ObjectPlace, request: Any) -> Json:
    """One object: its class, when it was changed last, its attributes, and a page of what lies in
    it by keys. Secrets are left out."""
    return told(request, context.node, objects.load(context.node, context.oid))


def told(request: Any, site: Any, thing: Any) -> Json:
    """A stored object as JSON."""
    limit, cursor = paging.asked(request)
    shown = objects.shown(thing)
    here = facet_url(request, site, "objects", shown["object"])
    if not objects.has_entries(thing):
        return {**shown, "url": here, "entries": None}
    found, more = objects.entries(thing, limit, cursor)
    again = urlencode([("limit", limit), ("cursor", more)])
    page = {"items": found, "next": more and f"{here}?{again}", "total": None}
    return {**shown, "url": here, "entries": page}
