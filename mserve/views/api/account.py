"""REST of the own account: profile, password, second factor and sessions."""

from typing import Any

from mserve import sessions
from mserve.people import OWN, accounts, login, totp
from mserve.resources.people_places import (
    Account,
    FactorPlace,
    PasswordPlace,
    SessionPlace,
    SessionsPlace,
)
from mserve.resources.user import display_name, normal_email
from mserve.views import people
from mserve.views.body import Fields, document, flag, text
from mserve.views.config import no_content, rest


@rest(context=Account, method="GET", permission=OWN, gives="Account")
def show(context: Account, request: Any) -> Any:
    """The own profile."""
    return people.account(request, people.me(request))


@rest(context=Account, method="PATCH", permission=OWN, takes="AccountChange", gives="Account",
      errors=(429,))  # fmt: skip
def change(context: Account, request: Any) -> Any:
    """Sets what one is called, and, with the `password`, the address of mail.

    Another address ends all other sessions, and the former one is told.
    """
    user = people.me(request)
    fields = Fields(document(request))
    display = fields.take("display", display_name, user.display)
    email = fields.take("email", normal_email, user.email)
    password = fields.take("password", text, "")
    fields.end()
    accounts.set_display(user, display)
    if email != user.email:
        login.confirm(request, user, password)
        accounts.set_email(request, user, email)
        renew(request, request.response)
    return people.account(request, user)


@rest(context=PasswordPlace, method="POST", permission=OWN, takes="PasswordChange",
      gives={204: None}, errors=(429,))  # fmt: skip
def change_password(context: PasswordPlace, request: Any) -> Any:
    """Sets a new password; all other sessions end, and this one has a new cookie."""
    fields = Fields(document(request))
    old, new = fields.need("old", text), fields.need("new", text)
    fields.end()
    set_password(request, old, new)
    answer = no_content()
    renew(request, answer)
    return answer


def set_password(request: Any, old: str, new: str) -> None:
    """Raises WrongPassword, Throttled, and BadInput where the new one is not good enough."""
    user = people.me(request)
    login.confirm(request, user, old)
    accounts.set_password(request, user, new)


def renew(request: Any, answer: Any) -> None:
    """All sessions of the user have ended; this one begins anew."""
    answer.headerlist.extend(login.begin(request, people.me(request)))


@rest(context=FactorPlace, method="POST", permission=OWN, takes="FactorBegin",
      gives={200: "FactorBegun", 204: None}, errors=(429,))  # fmt: skip
def begin_factor(context: FactorPlace, request: Any) -> Any:
    """Gives the secret for an authenticator, to be confirmed by `PUT` of a code; with `remove`
    takes the second factor away."""
    user = people.me(request)
    fields = Fields(document(request))
    password = fields.need("password", text)
    remove = fields.take("remove", flag, False)
    fields.end()
    login.confirm(request, user, password)
    if remove:
        accounts.remove_factor(request, user)
        return no_content()
    secret = accounts.new_factor(request, user)
    return {"secret": secret, "uri": totp.address(secret, user.name)}


@rest(context=FactorPlace, method="PUT", permission=OWN, takes="FactorCode", gives="RecoveryCodes",
      errors=(429,))  # fmt: skip
def confirm_factor(context: FactorPlace, request: Any) -> Any:
    """Confirms the second factor by a code, and gives the recovery codes: now and never again."""
    fields = Fields(document(request))
    code = fields.need("code", text)
    fields.end()
    return {"codes": login.confirm_factor(request, people.me(request), code)}


@rest(context=SessionsPlace, method="GET", permission=OWN, gives="LoginSessions")
def list_sessions(context: SessionsPlace, request: Any) -> Any:
    """Where one is logged in."""
    found = sessions.listing(request.registry, people.me(request))
    return {"items": [people.session(request, each) for each in found]}


@rest(context=SessionsPlace, method="DELETE", permission=OWN, gives={204: None})
def end_sessions(context: SessionsPlace, request: Any) -> Any:
    """Logs out everywhere, here too."""
    accounts.end_sessions(request, people.me(request))
    answer = no_content()
    answer.headerlist.extend(sessions.logout(request))
    return answer


@rest(context=SessionPlace, method="DELETE", permission=OWN, gives={204: None})
def end_session(context: SessionPlace, request: Any) -> Any:
    """Logs out elsewhere."""
    people.found(sessions.end(request.registry, people.me(request), context.__name__))
    return no_content()
