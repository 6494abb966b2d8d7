"""The cookie of a session: its secret, and the tokens of forms that are derived from it (CSRF)."""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from webob.cookies import RequestCookies, make_cookie

NAME = "mserve"
HEADER = "X-CSRF-Token"


def secret(request: Any) -> str | None:
    """What the request's cookie holds, or None."""
    found: str | None = RequestCookies(request.environ).get(_name(request))
    return found or None


def secret_or_new(request: Any) -> str:
    """As `secret`; who has no cookie gets one with the answer, which has no session."""
    found = secret(request) or request.__dict__.get("mserve_new_cookie")
    if found is None:
        found = request.mserve_new_cookie = secrets.token_urlsafe(32)
        request.add_response_callback(_brings(found))
    return str(found)


def digest(secret: str) -> str:
    """What Redis knows of a secret. 256 random bits need no salt."""
    return sha256(secret.encode()).hexdigest()


def csrf(request: Any) -> str:
    """The token that forms of this cookie's owner carry; gives who has no cookie one."""
    return _token(secret_or_new(request))


def csrf_of(headers: list[tuple[str, str]]) -> str:
    """The token of the cookie that the headers of a login bring."""
    return _token(headers[0][1].partition(";")[0].partition("=")[2])


def is_csrf(request: Any, token: str | None) -> bool:
    """Whether it is the token of the request's cookie."""
    found = secret(request)
    if found is None or not token:
        return False
    return hmac.compare_digest(_token(found).encode(), token.encode("utf-8", "replace"))


def header(request: Any, value: str | None) -> tuple[str, str]:
    """The Set-Cookie header; None takes the cookie away."""
    text = make_cookie(
        _name(request), value, max_age=None if value else 0, path="/",
        secure=_encrypted(request), httponly=True, samesite="Lax",
    )  # fmt: skip
    return "Set-Cookie", text


def _brings(value: str) -> Callable[[Any, Any], None]:
    def add(request: Any, response: Any) -> None:
        response.headerlist.append(header(request, value))

    return add


def _token(secret: str) -> str:
    return hmac.new(secret.encode(), b"csrf", sha256).hexdigest()


def _name(request: Any) -> str:
    """By `__Host-` a browser lets no other host and no plain HTTP set it (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{NAME}" if _encrypted(request) else NAME


def _encrypted(request: Any) -> bool:
    return bool(request.environ.get("wsgi.url_scheme") == "https")
