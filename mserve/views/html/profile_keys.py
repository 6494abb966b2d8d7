"""What the forms of the account's page do with API tokens and with keys that were given."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pyramid.renderers import render_to_response
from pyramid.response import Response

from mserve.errors import BadInput
from mserve.people import OWN
from mserve.resources import clock
from mserve.resources.caveats import Caveats
from mserve.resources.people_places import Account
from mserve.resources.roles import ROLES
from mserve.resources.user import display_name
from mserve.views import people
from mserve.views.api import profile_keys
from mserve.views.html.account import ROLES_OF_TOKENS, acted
from mserve.views.html.forms import field, form
from mserve.views.html.login import template

DAYS = 366


@form(context=Account, do="make-token", permission=OWN)
@acted
def make_token(request: Any) -> Response:
    """Makes an API token, and shows it this once."""
    days, role = field(request, "days"), field(request, "role")
    if not days.isdecimal() or not 0 < int(days[:4]) <= DAYS:
        raise BadInput(f"a token lasts 1 to {DAYS} days")
    if role not in ("", *ROLES_OF_TOKENS):
        raise BadInput(f"there is no role {role!r} for tokens")
    end = clock.parse((datetime.now(UTC) + timedelta(days=int(days))).isoformat())
    caveats = Caveats(end=end, permissions=ROLES[role] if role else None)
    made, secret = profile_keys.issue(request, field(request, "label"), caveats)
    shown = {"label": made.label, "secret": secret, "here": people.here(request)}
    return render_to_response(template("token.jinja2"), shown, request)


@form(context=Account, do="revoke-token", permission=OWN)
@acted
def revoke_token(request: Any) -> None:
    """The token works no more."""
    profile_keys.end_token(request, field(request, "id"))


@form(context=Account, do="keep", permission=OWN)
@acted
def keep(request: Any) -> None:
    """Keeps a key that one was given."""
    profile_keys.keep_key(request, field(request, "key"), field(request, "label"))


@form(context=Account, do="label", permission=OWN)
@acted
def label(request: Any) -> None:
    """Sets what one calls a key."""
    profile_keys.call_key(request, field(request, "id"), display_name(field(request, "label")))


@form(context=Account, do="drop", permission=OWN)
@acted
def drop(request: Any) -> None:
    """Takes a key out of the profile."""
    profile_keys.let_go(request, field(request, "id"))
