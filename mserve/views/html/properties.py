"""The page of what is set of a service or container; its form overwrites nobody's change."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.errors import BadDocument, BadInput, MserveError, PreconditionFailed
from mserve.resources import clock
from mserve.resources.properties import PROPERTIES, TEMPORARY
from mserve.resources.roles import Permission
from mserve.resources.service_facets import PropertiesFacet
from mserve.views import properties, quotas
from mserve.views.api.changes import amend
from mserve.views.config import page
from mserve.views.html import amounts, moments
from mserve.views.html.editing import failed, start_over, typed
from mserve.views.html.forms import field, fields, form
from mserve.views.html.languages import _
from mserve.views.paging import number_like
from mserve.views.urls import facet_url, url

TEMPLATE = "properties.jinja2"
EDIT = Permission.CONFIGURE
TITLE = ("title", "description")
NUMBERS = ("versions", "trash_days", "temporary_days")
Json = dict[str, Any]


@page(context=PropertiesFacet, permission=Permission.VIEW, template=TEMPLATE)
def show(context: PropertiesFacet, request: Any) -> Json:
    """Name and title, times, priority, speed, and what becomes of versions and of the trash."""
    return {"fault": None, "faults": {}, **told(request, context.node)}


def told(request: Any, node: Any) -> Json:
    """What the page shows."""
    here = facet_url(request, node, "properties")
    service = node.type == "service"
    return {
        "node": node,
        "here": here,
        "place": url(request, node),
        "links": {name: facet_url(request, node, name) for name in ("quotas", "profiles")},
        "beyond": [(request.localizer.translate(_("properties")), here)],
        "tag": properties.tag(node),
        "typed": written(node, moments.USUAL),
        "zones": moments.PLACES,
        "closed": node.closed(clock.now()) if service else None,
        "profiles": list(node.profiles) if service else [],
        "usual": {name: each.default for name, each in PROPERTIES.items()},
        "temporary": TEMPORARY,
        "exact": {n: clock.rfc3339(getattr(node, n)) for n in ("start", "end")} if service else {},
        "quotas": quotas.limits(node),
    }


def written(node: Any, zone: str) -> dict[str, str]:
    """What stands in the fields of the form, times on the clocks of `zone`."""
    found = {name: _text(node.metadata.get(name)) for name in TITLE}
    found |= {"name": node.__name__, "zone": zone}
    if node.type == "container":
        return {**found, "takes_requests": "yes" if node.takes_requests else "no"}
    own = {name: _text(node.properties.get(name)) for name in (*NUMBERS, "temporary")}
    return {
        **found,
        **own,
        "profile": node.profile,
        "start": moments.written(node.start, zone),
        "end": moments.written(node.end, zone),
        "priority": "yes" if node.priority else "no",
        "accessspeed": amounts.written(node.property("accessspeed")),
    }


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def asked(request: Any, node: Any) -> Json:
    """The merge patch of the fields that are not as they were written. Raises BadDocument."""
    zone = typed(request, "zone", moments.USUAL)
    shown = written(node, typed(request, "shown_zone", moments.USUAL))
    sent = {name: typed(request, name) for name in shown if name in fields(request)}
    changed = {name: text for name, text in sent.items() if text != shown[name]}
    patch: Json = {}
    faults = []
    for name, text in changed.items():
        try:
            _enter(patch, name, text, zone)
        except BadInput as fault:
            above = "/properties" if name == "accessspeed" else ""
            faults.append((f"{above}/{name}", str(fault)))
    if faults:
        raise BadDocument(faults)
    return patch


def _enter(patch: Json, name: str, text: str, zone: str) -> None:
    """Puts the value that `text` means to its place in the patch. Raises BadInput."""
    plain = text.strip()
    if name in TITLE:
        patch.setdefault("metadata", {})[name] = plain or None
    elif name in ("priority", "takes_requests"):
        patch[name] = plain == "yes"
    elif name in ("start", "end"):
        patch[name] = moments.read(text, zone)
    elif name in ("name", "profile"):
        patch[name] = text
    elif name != "zone":
        patch.setdefault("properties", {})[name] = _property(name, plain)


def _property(name: str, plain: str) -> Any:
    if name == "accessspeed":
        return amounts.read(plain)
    return int(plain) if name in NUMBERS and number_like(plain) else plain or None


def need_tag(request: Any, node: Any) -> None:
    """Raises PreconditionFailed where it is not as the form's page has shown it."""
    if field(request, "tag") != properties.tag(node):
        raise PreconditionFailed(
            "it was changed meanwhile by somebody else. Nothing was changed by you: what you typed "
            "is still here, with what is there now beside it where that differs. Save it once more "
            "if it is right."
        )


@form(context=PropertiesFacet, do="save", permission=EDIT)
def save(context: PropertiesFacet, request: Any) -> Response:
    """Changes what was typed anew; faults stand beside the fields."""
    node = context.node
    try:
        need_tag(request, node)
        amend(request, node, asked(request, node))
    except MserveError as fault:
        return _failed(request, node, fault)
    return HTTPSeeOther(facet_url(request, node, "properties"))


@form(context=PropertiesFacet, do="end", permission=Permission.ADD_SERVICE)
@form(context=PropertiesFacet, do="reopen", permission=Permission.ADD_SERVICE)
def end(context: PropertiesFacet, request: Any) -> Response:
    """Ends the service as of now, or opens it again without an end."""
    node = context.node
    now = clock.rfc3339(clock.now()) if field(request, "do") == "end" else None
    try:
        need_tag(request, node)
        amend(request, node, {"end": now})
    except MserveError as fault:
        return _failed(request, node, fault)
    return HTTPSeeOther(facet_url(request, node, "properties"))


def _failed(request: Any, node: Any, fault: MserveError) -> Response:
    start_over(request)
    shown = told(request, node)
    sent = {name: typed(request, name) for name in shown["typed"] if name in fields(request)}
    zone = typed(request, "shown_zone", moments.USUAL)
    told_so = {**shown, "typed": {**shown["typed"], **sent}, "shown_zone": zone}
    if isinstance(fault, PreconditionFailed) and zone in moments.PLACES:
        told_so["present"] = written(node, zone)
    return failed(request, TEMPLATE, fault, told_so)
