"""REST of all nodes: their facts and listings, renaming, moving, removal."""

from typing import Any

from mserve import ingest
from mserve.errors import BadInput
from mserve.resources.container import Container
from mserve.resources.facets import Facets, Info
from mserve.resources.folder import Folder
from mserve.resources.mfile import Mfile
from mserve.resources.names import check_name
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.resources.site import Site
from mserve.views import json, paging, receipts
from mserve.views.api.changes import amend
from mserve.views.body import document
from mserve.views.config import no_content, rest
from mserve.views.urls import child_url, url

REMOVE: dict[str, Any] = {"gives": {204: None}, "query": ("recursive",)}


@rest(context=Info, method="GET", permission=Permission.VIEW, gives="AnyNode")
def info(context: Info, request: Any) -> Any:
    """The node's own JSON."""
    return json.node(request, context.node)


@rest(context=Facets, method="PUT", permission=Permission.ADD, takes="Bytes", gives={})
def put_on_facets(context: Facets, request: Any) -> Any:
    """No file can be called so."""
    check_name(context.__name__)


@rest(context=(Site, Container, Service, Folder), method="GET", permission=Permission.VIEW,
      gives="Nodes", query=paging.QUERY)  # fmt: skip
def listing(context: Branch, request: Any) -> Any:
    """A page of the children by name."""
    limit, after = paging.asked(request)
    children, total = receipts.page(request, context, limit + 1, after)
    here = url(request, context)
    shown = [child for _, child in children[:limit]]
    items = [json.node(request, child, url_of(request, here, context, child)) for child in shown]
    return paging.page(request, context, items, children, limit, total=total)


def url_of(request: Any, here: str, branch: Branch, child: Node) -> str:
    """The URL of what is listed, `here` being that of the branch."""
    return child_url(here, child) if child.__parent__ is branch else url(request, child)


@rest(context=Container, method="DELETE", permission=Permission.ADD_CONTAINER, **REMOVE)
@rest(context=Service, method="DELETE", permission=Permission.ADD_SERVICE, **REMOVE)
@rest(context=(Folder, Mfile), method="DELETE", permission=Permission.REMOVE, **REMOVE)
def remove(context: Node, request: Any) -> Any:
    """Removes the node; one with children only with `?recursive=true`."""
    recursive = request.GET.get("recursive", "false").lower()
    if recursive not in ("true", "false"):
        raise BadInput("recursive should be true or false")
    ingest.remove(context, recursive=recursive == "true")
    return no_content()


@rest(context=Container, method="PATCH", permission=Permission.CONFIGURE,
      takes="ContainerChange", gives="Container")  # fmt: skip
@rest(context=Service, method="PATCH", permission=Permission.CONFIGURE,
      takes="ServiceChange", gives="Service")  # fmt: skip
@rest(context=Folder, method="PATCH", permission=Permission.WRITE, takes="Change", gives="Folder")
@rest(context=Mfile, method="PATCH", permission=Permission.WRITE, takes="Change", gives="Mfile")
def change(context: Node, request: Any) -> Any:
    """JSON merge patch (RFC 7396) of `name`, `parent` (a path), `metadata`; a service's terms."""
    amend(request, context, document(request))
    return json.node(request, context)
