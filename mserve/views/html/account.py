"""The page of the own account, and what its forms do."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response

from mserve import sessions
from mserve.errors import BadInput, MserveError
from mserve.people import OWN, accounts, login, totp
from mserve.people.passwords import SHORTEST
from mserve.resources.people_places import Account
from mserve.resources.user import display_name, normal_email
from mserve.security import waits_for_factor
from mserve.views import people
from mserve.views.api import account as door
from mserve.views.api import service_requests
from mserve.views.config import page
from mserve.views.html.flash import flash
from mserve.views.html.forms import field, form
from mserve.views.html.login import again, template
from mserve.views.html.qr import picture

PAGE = "account.jinja2"
ROLES_OF_TOKENS = ("mfilereadonly", "mfilereadwrite", "mfileowner", "renditions", "auditor")


@page(context=Account, permission=OWN, template=PAGE)
def shown(context: Account, request: Any) -> dict[str, Any]:
    """Profile, keys, tokens, second factor, sessions."""
    return {"fault": None, **told(request)}


def told(request: Any) -> dict[str, Any]:
    """What the page shows."""
    user = people.me(request)
    found = sessions.listing(request.registry, user)
    return {
        "user": people.account(request, user),
        "keys": [people.kept(request, user, key) for key in user.kept()],
        "tokens": [people.token(each) for each in user.tokens.values()],
        "sessions": [people.session(request, each) for each in found],
        "shortest": SHORTEST,
        "waiting": any(waits_for_factor(request.registry.mserve, user, k) for k in user.kept()),
        "has_password": user.password is not None,
        "roles": ROLES_OF_TOKENS,
        **service_requests.of_account(request),
    }


def acted(act: Any) -> Any:
    """A view that acts and leads back to the page; where that fails the page says why."""

    def view(context: Account, request: Any) -> Response:
        try:
            answer = act(request)
        except MserveError as fault:
            request.tm.abort()
            request.tm.begin()
            return again(PAGE, request, fault, **told(request))
        if answer is not None:
            return answer
        return flash(request, HTTPSeeOther(f"{people.here(request)}/-/account"), "saved")

    view.__doc__, view.__name__, view.__module__ = act.__doc__, act.__name__, act.__module__
    return view


@form(context=Account, do="profile", permission=OWN)
@acted
def profile(request: Any) -> None:
    """Sets what one is called."""
    accounts.set_display(people.me(request), display_name(field(request, "display")))


@form(context=Account, do="email", permission=OWN)
@acted
def email(request: Any) -> Response:
    """Sets the address of mail."""
    user = people.me(request)
    address = normal_email(field(request, "email"))
    login.confirm(request, user, field(request, "password"))
    accounts.set_email(request, user, address)
    return _renewed(request)


@form(context=Account, do="password", permission=OWN)
@acted
def password(request: Any) -> Response:
    """Sets a new password; all other sessions end."""
    door.set_password(request, field(request, "old"), field(request, "new"))
    return _renewed(request)


def _renewed(request: Any) -> Response:
    answer = HTTPSeeOther(f"{people.here(request)}/-/account")
    door.renew(request, answer)
    return answer


@form(context=Account, do="logout", permission=OWN)
def leave(context: Account, request: Any) -> Response:
    """Ends the session."""
    answer = HTTPSeeOther(f"{people.here(request)}/-/login")
    answer.headerlist.extend(sessions.logout(request))
    return answer


@form(context=Account, do="logout-everywhere", permission=OWN)
def leave_all(context: Account, request: Any) -> Response:
    """Ends all sessions."""
    accounts.end_sessions(request, people.me(request))
    return leave(context, request)


@form(context=Account, do="end-session", permission=OWN)
@acted
def end_session(request: Any) -> None:
    """Logs out elsewhere."""
    people.found(sessions.end(request.registry, people.me(request), field(request, "id")))


@form(context=Account, do="factor", permission=OWN)
@acted
def begin_factor(request: Any) -> Response:
    """Shows the secret for an authenticator."""
    user = people.me(request)
    login.confirm(request, user, field(request, "password"))
    return _factor(request, accounts.new_factor(request, user))


def _factor(request: Any, secret: str, fault: str | None = None) -> Response:
    uri = totp.address(secret, people.me(request).name)
    shown = {"secret": secret, "picture": picture(uri), "fault": fault}
    return render_to_response(template("factor.jinja2"), shown, request)


@form(context=Account, do="confirm-factor", permission=OWN)
@acted
def confirm_factor(request: Any) -> Response:
    """The second factor holds; shows the recovery codes this once."""
    user = people.me(request)
    try:
        codes = login.confirm_factor(request, user, field(request, "code"))
    except BadInput as fault:
        return _factor(request, accounts.pending_factor(request), str(fault))
    return render_to_response(template("codes.jinja2"), {"codes": codes}, request)


@form(context=Account, do="remove-factor", permission=OWN)
@acted
def remove_factor(request: Any) -> None:
    """No code is asked for any more."""
    login.confirm(request, people.me(request), field(request, "password"))
    accounts.remove_factor(request, people.me(request))
