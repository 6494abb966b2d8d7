"""Who asks, of people: by the cookie of a session, by name and password, or by an API token."""

import logging
from base64 import b64decode
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from mserve import passwords, sessions
from mserve.errors import Throttled
from mserve.people import login
from mserve.resources.key import digest
from mserve.resources.token import Token
from mserve.resources.user import User

log = logging.getLogger(__name__)
READS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "application/x-www-form-urlencoded"
LIMIT = 1 << 18  # bytes of a form
FIELD = "csrf"


class Unsure(Exception):
    """It takes a look at a password, which is not done in the express lane, and then again."""


@dataclass(frozen=True)
class Person:
    """A user; with the `token` that stands for them, or, if `present`, logged in themselves."""

    user: User
    token: Token | None = None
    present: bool = False


def by_session(request: Any) -> Person | None:
    """Who has logged in, as the cookie says. Notes in `request.mserve_forged` that a change
    came without the token that belongs to the cookie; nobody asks for it then. RedisError."""
    user = sessions.user_of(request)
    if user is None:
        return None
    if request.method not in READS and not sessions.is_csrf(request, _token(request)):
        request.mserve_forged = True
        return None
    return Person(user, present=True)


def by_secret(request: Any, scheme: str, secret: str, value: str) -> Person | None:
    """Whose API token `secret` is, or, by HTTP Basic, whose password. Raises Throttled."""
    token: Token | None = request.site.users.tokens.get(digest(secret))
    if token is not None:
        user = token.__parent__
        return Person(user, token) if user.disabled is None else None
    name = _basic_name(value) if scheme == "basic" else ""
    user = _by_password(request, name, secret) if name and secret else None
    return None if user is None else Person(user)


def _by_password(request: Any, name: str, password: str) -> User | None:
    """Who asks for a code beside the password can't use it alone: programs have API tokens."""
    user = login.named(request.site, name)
    known = None if user is None or user.disabled is not None else user.password
    if user is not None and known is not None and passwords.remembered(known, password):
        return user if user.totp is None else None
    if getattr(request, "express", False):
        if wait := login.waits(request, name):
            raise Throttled(wait)
        raise Unsure
    try:
        user = login.by_password(request, name, password)
    except login.WrongLogin:
        return None
    passwords.remember(user.password or "", password)
    return user if user.totp is None else None


def _basic_name(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode().partition(":")[0]
    except ValueError:  # no base64, or no UTF-8
        return ""


def _token(request: Any) -> str | None:
    """The token that the request brings: in a header, in a form, or in the address of a form with
    files, which is not read before it is known who sends it."""
    found: str | None = request.headers.get(sessions.HEADER) or request.GET.get(FIELD)
    return found or _in_form(request)


def _in_form(request: Any) -> str | None:
    """None in the express lane, which takes no forms."""
    kind = request.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind != FORM or request.method != "POST" or not 0 < (request.content_length or 0) <= LIMIT:
        return None
    body: bytes = getattr(request, "body", b"")
    return parse_qs(body.decode("ascii", "replace")).get(FIELD, [None])[0]
