"""The pages by which people log in elsewhere, come back, and link that with their account."""

import logging
from functools import partial
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from mserve import turn
from mserve.errors import (
    BadInput,
    LoginRefused,
    Missing,
    MserveError,
    NameTaken,
    ProviderAway,
    Throttled,
)
from mserve.people import OWN, elsewhere, login
from mserve.people.elsewhere import Trip
from mserve.people.ways import Way
from mserve.resources.login_places import WayBack, WayPlace
from mserve.resources.people_places import Account
from mserve.resources.user import User
from mserve.throttle import Limit, Subject, network
from mserve.views import people
from mserve.views.config import page
from mserve.views.html.account import acted
from mserve.views.html.forms import field, fields, form
from mserve.views.html.login import again, check, onward, template

log = logging.getLogger(__name__)
OPEN = NO_PERMISSION_REQUIRED
LOGIN = "login.jinja2"
FAULTS = (LoginRefused, ProviderAway, NameTaken, Throttled)
AWAY = Limit(free=30, base=1, most=60, window=600)
"""Of those that lead nowhere: each has this server ask another one."""


@form(context=WayPlace, do="leave", permission=OPEN)
def leave(context: WayPlace, request: Any) -> Response:
    """Sends the browser to the provider."""
    check(request)
    way = named(request, context.way)
    target = onward(fields(request).get("next", [None])[0])
    counted = Subject(AWAY, "away", network(request.environ.get("REMOTE_ADDR") or ""))
    try:
        with login.counted(request, [counted]):
            return away(request, way, onward=target)
    except FAULTS as fault:
        return refused(request, way, fault, target)


@form(context=Account, do="link", permission=OWN)
@acted
def link(request: Any) -> Response:
    """Sends the browser to the provider, so that the account is linked when it comes back."""
    user = people.me(request)
    if user.password is not None:
        login.confirm(request, user, field(request, "password"))
    return away(request, named(request, field(request, "way")), user=user.id)


@form(context=Account, do="unlink", permission=OWN)
@acted
def unlink(request: Any) -> None:
    """The account can't be logged in to by that any more."""
    user = people.me(request)
    if user.password is not None:
        login.confirm(request, user, field(request, "password"))
    elsewhere.unlink(request, user, field(request, "issuer"), field(request, "subject"))


@page(context=WayBack, permission=OPEN, template=LOGIN)
def come(context: WayBack, request: Any) -> Response:
    """The browser comes back: a session begins, or the account is linked."""
    way = named(request, context.way)
    target = None
    try:
        trip, person = elsewhere.arrive(request, way.path, partial(finish, request, way))
        target = trip.onward
        if trip.user is not None:
            elsewhere.link(request, trip, person)
            return HTTPSeeOther(f"{people.here(request)}/-/account")
        return entered(request, elsewhere.owner(request, person, way.accounts), target)
    except FAULTS as fault:
        return refused(request, way, fault, target)


def named(request: Any, path: str) -> Way:
    """The way of that path; raises Missing where the ini has none."""
    found: Way | None = request.registry.ways.get(path)
    if found is None:
        raise Missing("nobody logs in that way here")
    return found


def away(request: Any, way: Way, **more: Any) -> Response:
    """The page that leads to the provider. A form must not lead there itself: the policy of our
    pages lets it go to this site alone."""
    identifier = field(request, "identifier") if way.asks else ""
    if way.asks and not identifier.strip():
        raise BadInput("say your OpenID, which is the address of a page")
    turn.give()
    found = way.begin(f"{people.here(request)}/-/login", identifier)
    elsewhere.leave(request, Trip(way.path, found, **more))
    shown = {"url": found.url, "label": way.label}
    answer = render_to_response(template("leave.jinja2"), shown, request)
    answer.headers["Refresh"] = f"0;url={found.url}"
    return answer


def finish(request: Any, way: Way, trip: Trip) -> Any:
    turn.give()
    return way.finish(f"{people.here(request)}/-/login", trip.away, request.GET)


def entered(request: Any, user: User, target: str | None) -> Response:
    """Begins the session, or asks for the code of the second factor."""
    if user.totp is not None:
        login.wait_for_code(request, user)
        shown = {"fault": None, "code": True, "name": "", "onward": target}
        return render_to_response(template(LOGIN), shown, request)
    place = f"{request.host_url}{target}" if target else f"{people.here(request)}/-/account"
    answer = HTTPSeeOther(place)
    answer.headerlist.extend(login.begin(request, user))
    return answer


def refused(request: Any, way: Way, fault: MserveError, target: str | None) -> Response:
    """The login's page with what was wrong, which is in the log as well."""
    log.warning("login by %s refused: %s", way.path, fault)
    return again(LOGIN, request, fault, code=False, name="", onward=target)


def ways(request: Any) -> list[Way]:
    """By what people can log in elsewhere."""
    return [*request.registry.ways.values()]


def linked(request: Any) -> list[dict[str, str]]:
    """By what the own account can be logged in to elsewhere."""
    directories = [getattr(each, "directory", None) for each in request.registry.ways.values()]
    labels = {each.provider.issuer: each.provider.label for each in directories if each}
    return [
        {"issuer": issuer, "subject": subject, "label": labels.get(issuer, issuer)}
        for issuer, subject in people.me(request).identities
    ]
