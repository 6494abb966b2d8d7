"""The page of a container's requests for services, and the forms by which people ask."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.errors import BadInput
from mserve.people import OWN, requests
from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.container import Container
from mserve.resources.names import check_name
from mserve.resources.people_places import Account, RequestsFacet
from mserve.resources.roles import Permission
from mserve.resources.service_request import OPEN, ServiceRequest
from mserve.views import people
from mserve.views.api import service_requests as door
from mserve.views.config import page
from mserve.views.html.account import acted
from mserve.views.html.forms import field, form
from mserve.views.urls import facet_url

ANSWER = Permission.ADD_SERVICE


@page(context=RequestsFacet, permission=ANSWER, template="service-requests.jinja2")
def listing(context: RequestsFacet, request: Any) -> dict[str, Any]:
    """What was asked for, those that wait first."""
    found = door.listing(context, request)
    items = sorted(found["items"], key=lambda each: (each["state"] != OPEN, each["created"]))
    return {**found, "items": items, "node": context.node, "cursor": request.GET.get("cursor")}


@form(context=RequestsFacet, do="take", permission=Permission.CONFIGURE)
def take(context: RequestsFacet, request: Any) -> Response:
    """Says whether people may ask here."""
    takes = context.node.takes_requests
    context.node.takes_requests = field(request, "takes") == "yes"
    before, after = {"takes_requests": takes}, {"takes_requests": context.node.takes_requests}
    audit.record(context.node, Action.CHANGE, before, after)
    return _back(request, context.node)


@form(context=ServiceRequest, do="accept", permission=ANSWER)
def accept(context: ServiceRequest, request: Any) -> Response:
    """Makes the service."""
    requests.accept(request, context, check_name(field(request, "name")))
    return _back(request, context.__parent__)


@form(context=ServiceRequest, do="reject", permission=ANSWER)
def reject(context: ServiceRequest, request: Any) -> Response:
    """Says no."""
    requests.reject(request, context, field(request, "word"))
    return _back(request, context.__parent__)


def _back(request: Any, container: Container) -> Response:
    return HTTPSeeOther(facet_url(request, container, "requests"))


@form(context=Account, do="ask", permission=OWN)
@acted
def ask(request: Any) -> None:
    """Asks a container for a service."""
    container = request.site.get(field(request, "container"))
    if not isinstance(container, Container):
        raise BadInput("there is no such container")
    name, reason = field(request, "name"), field(request, "reason")
    requests.ask(request, container, people.me(request), name, reason)


@form(context=Account, do="withdraw", permission=OWN)
@acted
def withdraw(request: Any) -> None:
    """Withdraws one's own request."""
    made = (people.me(request).requests or {}).get(field(request, "id"))
    requests.withdraw(people.found(made))
