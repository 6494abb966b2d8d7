"""The pages of users, for the site's administrators."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.people import accounts
from mserve.resources.roles import Permission
from mserve.resources.user import display_name, normal_email, normal_name
from mserve.resources.user_places import UserPlace, UsersFacet
from mserve.views import people
from mserve.views.api import users as door
from mserve.views.config import page
from mserve.views.html.flash import Undo, flash
from mserve.views.html.forms import field, form
from mserve.views.urls import facet_url

ADMIN = Permission.ADMIN


@page(context=UsersFacet, permission=ADMIN, template="users.jinja2")
def listing(context: UsersFacet, request: Any) -> dict[str, Any]:
    """A page of users, and a form for a new one."""
    return {
        **door.listing(context, request),
        "node": context.node,
        "here": facet_url(request, context.node, "users"),
        "sought": request.GET.get("q", ""),
        "cursor": request.GET.get("cursor"),
    }


@page(context=UserPlace, permission=ADMIN, template="user.jinja2")
def shown(context: UserPlace, request: Any) -> dict[str, Any]:
    """One user: keys, and what an administrator may do."""
    site, user = people.site_of(context), context.user
    return {
        "user": people.user(request, user, site),
        "keys": [people.kept(request, user, key) for key in user.kept()],
        "node": site,
        "above": facet_url(request, site, "users"),
        "own": user is request.identity.user,
    }


@form(context=UsersFacet, do="create", permission=ADMIN)
def create(context: UsersFacet, request: Any) -> Response:
    """Makes an account, and invites its owner by mail."""
    name, email = normal_name(field(request, "name")), normal_email(field(request, "email"))
    user = door.make(request, name, email, display_name(field(request, "display")))
    onward = HTTPSeeOther(facet_url(request, context.node, "users", user.id))
    return flash(request, onward, "invited", user.name)


@form(context=UserPlace, do="change", permission=ADMIN)
def change(context: UserPlace, request: Any) -> Response:
    """Sets name and address of mail."""
    user, email = context.user, normal_email(field(request, "email"))
    accounts.set_display(user, display_name(field(request, "display")))
    accounts.set_email(request, user, email)
    return back(context, request, "saved")


@form(context=UserPlace, do="disable", permission=ADMIN)
@form(context=UserPlace, do="enable", permission=ADMIN)
def switch(context: UserPlace, request: Any) -> Response:
    """Keeps the user out, or lets them in again."""
    disabled = field(request, "do") == "disable"
    door.set_disabled(request, context.user, disabled)
    if not disabled:
        return back(context, request, "enabled")
    place = facet_url(request, people.site_of(context), "users", context.user.id)
    return back(context, request, "disabled", Undo("enable", place))


@form(context=UserPlace, do="reset", permission=ADMIN)
@form(context=UserPlace, do="reset-factor", permission=ADMIN)
def reset(context: UserPlace, request: Any) -> Response:
    """Sends a link that sets a password, and may remove the second factor."""
    door.send_link(request, context.user, field(request, "do") == "reset-factor")
    return back(context, request, "sent")


def back(context: UserPlace, request: Any, done: str, undo: Undo | None = None) -> Response:
    """Leads back to the user's page, which tells what was done."""
    onward = HTTPSeeOther(facet_url(request, people.site_of(context), "users", context.user.id))
    return flash(request, onward, done, context.user.name, undo)
