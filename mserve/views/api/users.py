"""REST of users, for the site's administrators. Nobody acts as another: there is no such door."""

from typing import Any

from mserve.errors import BadInput
from mserve.people import accounts, links
from mserve.resources.roles import Permission
from mserve.resources.user import User, display_name, normal_email, normal_name
from mserve.resources.user_places import UserKeys, UserPlace, UserReset, UsersFacet
from mserve.views import paging, people
from mserve.views.body import Fields, document, flag, text
from mserve.views.config import created, no_content, rest
from mserve.views.urls import facet_url

ADMIN = Permission.ADMIN


@rest(context=UsersFacet, method="GET", permission=ADMIN, gives="Users",
      query=(*paging.QUERY, "q"))  # fmt: skip
def listing(context: UsersFacet, request: Any) -> Any:
    """Users by name; with `q` those in whose name or address it occurs."""
    limit, after = paging.asked(request)
    words = text(request.GET.get("q", ""))
    found = context.node.users.page(limit + 1, after, words)
    items = [people.user(request, each, context.node) for _, each in found[:limit]]
    total = None if words else context.node.users.count()
    query = [("q", words)] if words else []
    return paging.page(request, context, items, found, limit, total=total, query=query)


@rest(context=UsersFacet, method="POST", permission=ADMIN, takes="NewUser", gives={201: "User"})
def create(context: UsersFacet, request: Any) -> Any:
    """A new account; a mail invites its owner to choose a password."""
    fields = Fields(document(request))
    name = fields.need("name", normal_name)
    email = fields.need("email", normal_email)
    display = fields.take("display", display_name, "")
    fields.end()
    user = make(request, name, email, display)
    where = facet_url(request, context.node, "users", user.id)
    return created(request, people.user(request, user, context.node), where)


def make(request: Any, name: str, email: str, display: str) -> User:
    user = User(name)
    user.email, user.display = email, display
    return accounts.create(request, user, people.here(request))


@rest(context=UserPlace, method="GET", permission=ADMIN, gives="User")
def show(context: UserPlace, request: Any) -> Any:
    """One user."""
    return people.user(request, context.user, people.site_of(context))


@rest(context=UserPlace, method="PATCH", permission=ADMIN, takes="UserChange", gives="User")
def change(context: UserPlace, request: Any) -> Any:
    """Sets name and address; `disabled` keeps the user out, and ends sessions and tokens' use."""
    user = context.user
    fields = Fields(document(request))
    display = fields.take("display", display_name, user.display)
    email = fields.take("email", normal_email, user.email)
    disabled = fields.take("disabled", flag, user.disabled is not None)
    fields.end()
    accounts.set_display(user, display)
    accounts.set_email(request, user, email)
    set_disabled(request, user, disabled)
    return people.user(request, user, people.site_of(context))


def set_disabled(request: Any, user: User, disabled: bool) -> None:
    if disabled and user is request.identity.user:
        raise BadInput("you cannot disable yourself; another administrator can")
    if disabled:
        accounts.disable(request, user)
    else:
        accounts.enable(user)


@rest(context=UserReset, method="POST", permission=ADMIN, takes="UserResetRequest",
      gives={204: None})  # fmt: skip
def reset(context: UserReset, request: Any) -> Any:
    """Sends the user a link that sets a password; with `second_factor` removes that, for who has
    lost the authenticator."""
    fields = Fields(document(request))
    factor = fields.take("second_factor", flag, False)
    fields.end()
    send_link(request, context.user, factor)
    return no_content()


def send_link(request: Any, user: User, second_factor: bool) -> None:
    """Raises BadInput where the user has no address of mail."""
    if user.email is None:
        raise BadInput("this user has no address of mail; set one first")
    if second_factor:
        accounts.remove_factor(request, user)
    kind = links.INVITE if user.password is None else links.RESET
    accounts.send_link(request, user, kind, people.here(request))


@rest(context=UserKeys, method="GET", permission=ADMIN, gives="KeptKeys")
def keys(context: UserKeys, request: Any) -> Any:
    """The keys in the user's profile."""
    user = context.user
    return {"items": [people.kept(request, user, key) for key in user.kept()]}
