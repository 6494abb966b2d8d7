"""REST of requests for services: asked for by people, answered by a container's administrator."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from mserve.errors import BadInput, Missing
from mserve.people import OWN, requests
from mserve.resources import clock
from mserve.resources.names import check_name
from mserve.resources.people_places import Offers, RequestPlace, RequestPlaces, RequestsFacet
from mserve.resources.roles import Permission
from mserve.resources.service_request import ServiceRequest
from mserve.views import paging, people
from mserve.views.body import Fields, document, text
from mserve.views.config import created, no_content, rest
from mserve.views.json import Json
from mserve.views.urls import facet_url, url

ANSWER = Permission.ADD_SERVICE
SHOWN = 100  # containers on the page of the account


def shown(request: Any, made: ServiceRequest, where: str) -> Json:
    """A request, whose URL is `where`."""
    container = made.__parent__
    key = made.user.keyring.get(made.key or "")
    service = None if key is None or not key.__parent__.in_tree else key.__parent__
    return {
        "id": made.id,
        "url": where,
        "state": made.state,
        "name": made.name,
        "reason": made.reason,
        "word": made.word,
        "user": made.user.name,
        "container": container.__name__ or "",
        "created": clock.rfc3339(made.created),
        "ended": clock.rfc3339(made.ended),
        "service": None if service is None else url(request, service),
    }


@rest(context=Offers, method="GET", permission=OWN, gives="Offers", query=paging.QUERY)
def offers(context: Offers, request: Any) -> Json:
    """The containers that take requests for services."""
    limit, after = paging.asked(request)
    children = context.node.children.items(min=after, excludemin=after is not None)
    takers = ((name, each) for name, each in children if each.takes_requests)
    found = list(islice(takers, limit + 1))
    items = [{"name": name, "url": facet_url(request, each, "requests")} for name, each in found]
    return paging.page(request, context, items[:limit], found, limit)


@rest(context=RequestsFacet, method="POST", permission=OWN,
      takes="NewServiceRequest", gives={201: "ServiceRequest"})  # fmt: skip
def ask(context: RequestsFacet, request: Any) -> Json:
    """Asks this container for a service: `{"name", "reason"}`. One must have logged in."""
    if not context.node.takes_requests:
        raise Missing("nothing takes requests here; `/-/offers` of the site lists what does")
    fields = Fields(document(request))
    name, reason = fields.need("name", check_name), fields.need("reason", text)
    fields.end()
    made = requests.ask(request, context.node, people.me(request), name, reason)
    return created(request, own(request, made), _own_url(request, made))


@rest(context=RequestsFacet, method="GET", permission=ANSWER,
      gives="ServiceRequests", query=paging.QUERY)  # fmt: skip
def listing(context: RequestsFacet, request: Any) -> Json:
    """What this container was asked for."""
    limit, found = _page(request, context.node)
    items = [shown(request, each, url(request, context, each.id)) for _, each in found[:limit]]
    return paging.page(request, context, items, found, limit)


@rest(context=ServiceRequest, method="GET", permission=ANSWER, gives="ServiceRequest")
def show(context: ServiceRequest, request: Any) -> Json:
    """One request."""
    return _shown_here(request, context)


def _shown_here(request: Any, made: ServiceRequest) -> Json:
    return shown(request, made, facet_url(request, made.__parent__, "requests", made.id))


@rest(context=ServiceRequest, method="POST", permission=ANSWER,
      takes="RequestAnswer", gives="ServiceRequest")  # fmt: skip
def answer(context: ServiceRequest, request: Any) -> Json:
    """Accepts or rejects it, which is told to who asked by mail.

    `{"accept": true, "name"?}` makes the service, and puts its key into the profile of who asked;
    `{"reject": "a word of why"}` says no.
    """
    fields = Fields(document(request))
    accepted, word = fields.take("accept", _true, False), fields.take("reject", text)
    name = fields.take("name", check_name)
    fields.end()
    if accepted == (word is not None):
        raise BadInput('say either "accept": true or "reject" with a word of why')
    if accepted:
        requests.accept(request, context, name)
    else:
        requests.reject(request, context, word)
    return _shown_here(request, context)


@rest(context=RequestPlaces, method="GET", permission=OWN,
      gives="ServiceRequests", query=paging.QUERY)  # fmt: skip
def my_listing(context: RequestPlaces, request: Any) -> Json:
    """What one has asked for oneself."""
    limit, found = _page(request, people.me(request))
    items = [own(request, each) for _, each in found[:limit]]
    return paging.page(request, context, items, found, limit)


@rest(context=RequestPlace, method="GET", permission=OWN, gives="ServiceRequest")
def my_request(context: RequestPlace, request: Any) -> Json:
    """One's own request."""
    return own(request, _mine(context, request))


@rest(context=RequestPlace, method="DELETE", permission=OWN, gives={204: None})
def withdraw(context: RequestPlace, request: Any) -> Any:
    """Withdraws one's own request; 409 where it was answered already."""
    requests.withdraw(_mine(context, request))
    return no_content()


def own(request: Any, made: ServiceRequest) -> Json:
    """As the one who asked sees it."""
    return shown(request, made, _own_url(request, made))


def of_account(request: Any) -> Json:
    """What the page of the account shows: one's own requests, and the names of who can be asked."""
    made = (people.me(request).requests or {}).values()
    children = request.site.children.items()
    takers = islice((name for name, each in children if each.takes_requests), SHOWN)
    return {"requests": [own(request, each) for each in made], "offers": [*takers]}


def _own_url(request: Any, made: ServiceRequest) -> str:
    return facet_url(request, request.site, "account", "requests", made.id)


def _mine(place: RequestPlace, request: Any) -> ServiceRequest:
    found: ServiceRequest = people.found((people.me(request).requests or {}).get(place.__name__))
    return found


def _page(request: Any, thing: Any) -> tuple[int, list[tuple[str, ServiceRequest]]]:
    limit, after = paging.asked(request)
    items: Iterable[Any] = ()
    if thing.requests:
        items = thing.requests.items(min=after, excludemin=after is not None)
    return limit, list(islice(items, limit + 1))


def _true(value: Any) -> bool:
    if value is not True:
        raise BadInput("should be true, or left out")
    return True
