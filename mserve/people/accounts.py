"""What is done with accounts: each change is told to its owner, and ends what it should."""

from functools import partial
from typing import Any

from mserve import sessions
from mserve.errors import BadInput, Refused
from mserve.passwords import hashed
from mserve.people import letters, links, passwords, totp
from mserve.resources import audit, clock
from mserve.resources.audit import Action
from mserve.resources.user import User

PENDING = "new-factor"
PATIENCE = 900  # seconds for the first code


class WrongPassword(Refused):
    def __init__(self) -> None:
        super().__init__("this is not your password")


def tell(request: Any, user: User, letter: letters.Letter, **more: str) -> None:
    """Has `letter` sent to the user when the transaction is committed."""
    post = request.registry.post
    site = post.site or request.host_url
    filled = letter.filled(called=user.called, name=user.name, site=site, **more)
    post.send_after(request.tm.get(), user.email, filled.subject, filled.text)


def note(user: User, action: audit.Action, **facts: Any) -> None:
    """Has the audit log of the site know what was done with the account, if it is one."""
    users: Any = user.__parent__
    if users is not None:
        audit.record(users.__parent__, action, None, {"user": user.name, **facts})


def send_link(request: Any, user: User, kind: str, here: str) -> None:
    """Sends a link that sets a password. Raises Conflict where no links can be sent."""
    base = request.registry.post.base(here)
    token = links.make(request.registry.seal, kind, user)
    letter = letters.INVITATION if kind == links.INVITE else letters.RESET
    tell(request, user, letter, link=f"{base}/-/reset/{token}")
    note(user, Action.RESET_SEND, kind=kind)


def create(request: Any, user: User, here: str) -> User:
    """A new account, whose owner is invited to choose a password. Raises NameTaken, Conflict."""
    request.site.users.add(user)
    note(user, Action.USER_MAKE)
    send_link(request, user, links.INVITE, here)
    return user


def set_password(request: Any, user: User, password: object) -> None:
    """A new password; all sessions end. Raises BadInput where it is not good enough."""
    site = request.registry.post.site
    checked = passwords.check_new(password, user.name, user.email, user.display, site)
    user.password = hashed(checked)
    note(user, Action.PASSWORD_CHANGE)
    end_sessions(request, user)
    tell(request, user, letters.PASSWORD_CHANGED)


def end_sessions(request: Any, user: User) -> None:
    """All sessions of the user end when this is committed."""
    user.end_sessions()
    note(user, Action.SESSIONS_END)
    act = partial(sessions.end_all, request.registry, user.id, user.epoch)
    request.tm.get().addAfterCommitHook(_if_committed, (act,))


def _if_committed(committed: bool, act: Any) -> None:
    if committed:
        act()


def disable(request: Any, user: User) -> None:
    """The user can't log in any more, and none of their sessions and tokens works."""
    if user.disabled is None:
        user.disabled = clock.now()
        note(user, Action.USER_CHANGE, disabled=True)
        end_sessions(request, user)


def enable(user: User) -> None:
    if user.disabled is not None:
        user.disabled = None
        note(user, Action.USER_CHANGE, disabled=False)


def set_display(user: User, display: str) -> None:
    """What the user is called."""
    if display != user.display:
        user.display = display
        note(user, Action.USER_CHANGE, display=display)


def set_email(request: Any, user: User, email: str | None) -> None:
    """Another address; the former one is told. Raises NameTaken where it is another's."""
    if email != user.email:
        tell(request, user, letters.EMAIL_CHANGED)
        request.site.users.set_email(user, email)
        note(user, Action.USER_CHANGE, email="another")
        end_sessions(request, user)


def new_factor(request: Any, user: User) -> str:
    """A secret for an authenticator; it holds once a code of it has come."""
    if user.totp is not None:
        raise BadInput("there is a second factor already; remove it first")
    secret = totp.new_secret()
    _keep_pending(request, request.registry.seal.seal(secret.encode()))
    return secret


def pending_factor(request: Any) -> str:
    """The secret that waits for its first code; raises BadInput where none does."""
    sealed = _pending(request)
    return str(request.registry.seal.open(sealed).decode())


def confirm_factor(request: Any, user: User, code: str) -> list[str]:
    """The second factor holds from now on; returns its recovery codes, which are not kept."""
    sealed = _pending(request)
    secret = request.registry.seal.open(sealed).decode()
    if not totp.accepts(request, user.id, secret, code):
        raise BadInput("this is not the code that the authenticator shows now")
    sessions.take(request, PENDING)
    codes = totp.recovery_codes()
    user.totp, user.recovery = sealed, tuple(map(totp.digest, codes))
    tell(request, user, letters.FACTOR_ADDED)
    note(user, Action.FACTOR_ADD)
    return codes


def _pending(request: Any) -> bytes:
    kept = sessions.take(request, PENDING)
    if kept is None:
        raise BadInput("this came too late; begin anew")
    _keep_pending(request, kept.encode())
    return kept.encode()


def _keep_pending(request: Any, sealed: bytes) -> None:
    sessions.put(request, PENDING, sealed.decode(), PATIENCE)


def remove_factor(request: Any, user: User) -> None:
    """No code is asked for any more."""
    if user.totp is not None:
        user.totp, user.recovery = None, ()
        tell(request, user, letters.FACTOR_REMOVED)
        note(user, Action.FACTOR_REMOVE)
