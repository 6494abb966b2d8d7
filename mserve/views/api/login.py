"""REST of the login: by name and password, with a code of the second factor beside them."""

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from mserve import sessions
from mserve.errors import Throttled
from mserve.people import OWN, accounts, links, login
from mserve.people.passwords import LONGEST
from mserve.resources.login_places import Login
from mserve.resources.people_places import Reset, ResetLink
from mserve.resources.user import User
from mserve.throttle import MAIL, Subject, attempt, network
from mserve.views import people
from mserve.views.body import Fields, document, text
from mserve.views.config import no_content, rest
from mserve.views.html.forms import check_origin


@rest(context=Login, method="GET", permission=NO_PERMISSION_REQUIRED, gives="LoginState")
def state(context: Login, request: Any) -> Any:
    """Who has logged in by the cookie, and the token that changes by the cookie carry."""
    user = sessions.user_of(request)
    shown = None if user is None else people.person(user)
    return {"user": shown, "csrf": sessions.csrf(request)}


@rest(context=Login, method="POST", permission=NO_PERMISSION_REQUIRED, takes="Credentials",
      gives="LoginState", errors=(403, 429))  # fmt: skip
def begin(context: Login, request: Any) -> Any:
    """Begins a session, whose cookie the answer brings."""
    check_origin(request)
    fields = Fields(document(request))
    name, password = fields.need("name", text), fields.need("password", text)
    code = fields.take("code", text)
    fields.end()
    user = login.by_password(request, name, password)
    if user.totp is not None:
        if code is None:
            raise login.CodeNeeded
        login.check_code(request, user, code)
    return entered(request, user)


def entered(request: Any, user: User) -> dict[str, Any]:
    """The state after a login, whose headers are in the answer."""
    headers = login.begin(request, user)
    request.response.headerlist.extend(headers)
    return {"user": people.person(user), "csrf": sessions.csrf_of(headers)}


@rest(context=Login, method="DELETE", permission=OWN, gives={204: None})
def leave(context: Login, request: Any) -> Any:
    """Ends the session."""
    answer = no_content()
    answer.headerlist.extend(sessions.logout(request))
    return answer


@rest(context=Reset, method="POST", permission=NO_PERMISSION_REQUIRED, takes="ResetRequest",
      gives={204: None}, errors=(403, 429))  # fmt: skip
def ask(context: Reset, request: Any) -> Any:
    """Sends a link that sets a password to whose name or address it is; says not whether it is."""
    check_origin(request)
    fields = Fields(document(request))
    name = fields.need("name", text)
    fields.end()
    send_reset(request, name)
    return no_content()


def send_reset(request: Any, name: str) -> None:
    """Where there is no such user, the same is done, and nothing sent. Raises Throttled."""
    address = network(request.environ.get("REMOTE_ADDR") or "")
    counted = [Subject(MAIL, "mail", name.strip().casefold()), Subject(MAIL, "mails", address)]
    if wait := attempt(request.registry.queues.redis, counted):
        raise Throttled(wait)
    user = login.named(request.site, name)
    if user is None or user.disabled is not None:
        user = User("nobody")
    accounts.send_link(request, user, links.RESET, people.here(request))


@rest(context=ResetLink, method="POST", permission=NO_PERMISSION_REQUIRED, takes="ChosenPassword",
      gives={204: None}, errors=(403, 404))  # fmt: skip
def choose(context: ResetLink, request: Any) -> Any:
    """Sets the password by a link from a mail, which is used up by that."""
    check_origin(request)
    fields = Fields(document(request))
    password = fields.need("password", text)
    fields.end()
    use_link(request, context, password)
    return no_content()


def use_link(request: Any, context: ResetLink, password: str) -> User:
    """Raises Missing where the link is of no use, BadInput where the password is none."""
    user: User = links.read(request.registry.seal, request.site.users, context.__name__)
    accounts.set_password(request, user, password[: LONGEST + 1])
    return user
