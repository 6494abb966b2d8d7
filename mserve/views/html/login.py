"""The pages on which a person logs in, and chooses a password by a link; none needs a script."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from mserve import sessions
from mserve.errors import MserveError, Refused
from mserve.people import login, who
from mserve.people.passwords import SHORTEST
from mserve.resources.login_places import Login
from mserve.resources.people_places import Reset, ResetLink
from mserve.views import refused
from mserve.views.api import login as door
from mserve.views.config import page
from mserve.views.html.forms import field, fields, form
from mserve.views.html.problem_words import translated
from mserve.views.people import here
from mserve.views.problems import status_of, with_wait

OPEN = NO_PERMISSION_REQUIRED


@page(context=Login, permission=OPEN, template="login.jinja2")
def shown(context: Login, request: Any) -> dict[str, Any]:
    """The form of name and password."""
    return {"fault": None, "name": "", "code": False, "onward": onward(request.GET.get("next"))}


@page(context=Reset, permission=OPEN, template="reset.jinja2")
def forgotten(context: Reset, request: Any) -> dict[str, Any]:
    """The form that asks for a link."""
    return {"fault": None, "sent": False}


@page(context=ResetLink, permission=OPEN, template="password.jinja2")
def chosen(context: ResetLink, request: Any) -> dict[str, Any]:
    """The form of a new password. Opening the link does not use it up."""
    return {"fault": None, "shortest": SHORTEST}


def onward(path: str | None) -> str | None:
    """A path of this site, where to go on; None where it would lead elsewhere."""
    plain = path is not None and path.startswith("/") and not path.startswith("//")
    return path if plain and path is not None and path.isprintable() and "\\" not in path else None


@form(context=Login, do="login", permission=OPEN)
def enter(context: Login, request: Any) -> Response:
    """Begins a session, or asks for the code of the second factor."""
    check(request)
    name = field(request, "name")
    told = {"name": name, "onward": onward(_onward(request))}
    try:
        user = login.by_password(request, name, field(request, "password"))
    except MserveError as fault:
        return again("login.jinja2", request, fault, code=False, **told)
    if user.totp is None:
        return entered(request, user)
    login.wait_for_code(request, user)
    return render_to_response(template("login.jinja2"), {"fault": None, "code": True, **told},
                              request)  # fmt: skip


@form(context=Login, do="code", permission=OPEN)
def prove(context: Login, request: Any) -> Response:
    """Begins the session of whose password was right, by a code."""
    check(request)
    told = {"name": "", "onward": onward(_onward(request))}
    try:
        user = login.who_waits(request)
    except MserveError as fault:
        return again("login.jinja2", request, fault, code=False, **told)
    try:
        login.check_code(request, user, field(request, "code"))
    except MserveError as fault:
        login.wait_for_code(request, user)
        return again("login.jinja2", request, fault, code=True, **told)
    return entered(request, user)


def entered(request: Any, user: Any) -> Response:
    """Leads on, with the cookie of the session."""
    path = onward(_onward(request))
    target = f"{request.host_url}{path}" if path else f"{here(request)}/-/account"
    answer = HTTPSeeOther(target)
    answer.headerlist.extend(login.begin(request, user))
    return answer


@form(context=Reset, do="ask", permission=OPEN)
def ask(context: Reset, request: Any) -> Response:
    """Sends a link, if there is such a user; says the same if not."""
    check(request)
    try:
        door.send_reset(request, field(request, "name"))
    except MserveError as fault:
        return again("reset.jinja2", request, fault, sent=False)
    return render_to_response(template("reset.jinja2"), {"fault": None, "sent": True}, request)


@form(context=ResetLink, do="choose", permission=OPEN)
def choose(context: ResetLink, request: Any) -> Response:
    """Sets the password, and leads to the login."""
    check(request)
    try:
        door.use_link(request, context, field(request, "password"))
    except MserveError as fault:
        return again("password.jinja2", request, fault, shortest=SHORTEST)
    return HTTPSeeOther(f"{here(request)}/-/login")


def check(request: Any) -> None:
    """Raises Refused where a form of nobody in particular comes without its cookie's token."""
    token = fields(request).get(who.FIELD, [""])[0]
    if not sessions.is_csrf(request, token):
        raise Refused("this form is too old, or cookies are off; open the page again")


def again(name: str, request: Any, fault: MserveError, /, **told: Any) -> Response:
    """The page with its form once more, and what was wrong."""
    said = translated(request, str(fault)) or str(fault)
    answer = render_to_response(template(name), {"fault": said, **told}, request)
    answer.status_int = status_of(fault)
    refused.note(request, answer.status_int)
    return with_wait(request, answer, fault)


def template(name: str) -> str:
    return f"mserve.views:templates/{name}"


def _onward(request: Any) -> str | None:
    return fields(request).get("next", [None])[0]
