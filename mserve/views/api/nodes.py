"""REST of all nodes: their facts and listings, renaming, moving, removal."""

from collections.abc import Iterable
from typing import Any

from mserve import ingest
from mserve.errors import BadInput
from mserve.resources import audit, clock
from mserve.resources.audit import Action
from mserve.resources.container import Container
from mserve.resources.facets import Facets, Info
from mserve.resources.folder import Folder
from mserve.resources.mfile import Mfile
from mserve.resources.names import check_name
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission
from mserve.resources.schedule import replan
from mserve.resources.service import Service
from mserve.resources.site import Site
from mserve.views import json, paging, receipts
from mserve.views.api.containers import check_times, take_properties
from mserve.views.body import Fields, document, flag, mapping, text
from mserve.views.config import no_content, rest
from mserve.views.describing import describe, names
from mserve.views.patches import merged
from mserve.views.targets import target_folder
from mserve.views.urls import child_url, url

GIVEN = ("start", "end", "priority", "properties/quota")
"""Terms and properties of a service that its provider sets, not its own administrator."""
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
    asked = document(request)
    fields = Fields(asked)
    name = fields.take("name", text, context.__name__)
    path = fields.take("parent", text)
    cleared = "metadata" in asked and asked["metadata"] is None
    metadata = fields.take("metadata", mapping)
    service = isinstance(context, Service)
    terms = _terms(context, fields, asked, request) if service else _taking(context, fields)
    properties = _properties(context, fields, request) if service else {}
    fields.end()
    before = {each: getattr(context, each) for each in terms} | _known(context, properties)
    if cleared or metadata is not None:
        describe(context, {} if cleared else merged(context.metadata, metadata))
    for term, value in terms.items():
        setattr(context, term, value)
    if service and terms:
        replan(context)
    if properties:
        context.set_properties(properties)
    context.touch()
    note_change(context, before, terms | properties, cleared or metadata is not None)
    if isinstance(context, (Folder, Mfile)):
        context.site.changed(context, context.find("service"))
    if path is not None or name != context.__name__:
        ingest.move(context, target_folder(request, context, path), name)
    return json.node(request, context)


def _properties(service: Service, fields: Fields, request: Any) -> dict[str, Any]:
    properties = take_properties(fields)
    _check_given(service, fields, request, [f"properties/{name}" for name in properties])
    return properties


def _check_given(service: Service, fields: Fields, request: Any, names: Iterable[str]) -> None:
    given = [name for name in names if name in GIVEN]
    if given and not request.has_permission(Permission.ADD_SERVICE, service):
        fields.faults += [(f"/{name}", "is the provider's to set") for name in given]


def _known(service: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {name: service.properties.get(name) for name in properties}


def note_change(node: Node, before: dict[str, Any], after: dict[str, Any], metadata: bool) -> None:
    """Records what was changed, if anything was; of metadata the names alone."""
    if metadata:
        after = {**after, "metadata": names(node)}
    if after:
        audit.record(node, Action.CHANGE, before, after)


def _terms(service: Service, fields: Fields, asked: dict[str, Any], request: Any) -> dict[str, Any]:
    """A service's start, end, priority; null takes a time away."""
    checks = {"start": clock.parse, "end": clock.parse, "priority": flag, "profile": text}
    terms = {name: fields.take(name, checks[name]) for name in checks if name in asked}
    _check_given(service, fields, request, terms)
    for name in ("priority", "profile"):
        if name in terms and terms[name] is None:
            del terms[name]
    if terms.get("profile", service.profile) not in service.profiles:
        fields.faults.append(("/profile", f"there are: {', '.join(service.profiles)}"))
    check_times(terms.get("start", service.start), terms.get("end", service.end))
    return terms


def _taking(node: Node, fields: Fields) -> dict[str, Any]:
    """Whether people may ask a container for services."""
    if not isinstance(node, Container):
        return {}
    return {"takes_requests": fields.take("takes_requests", flag, node.takes_requests)}
