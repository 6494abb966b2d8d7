"""What a request presents: a key in its path or headers, and the facts that caveats are about.

A key comes in the path (`/k/<key>/`), as Bearer token (RFC 6750) or as the password of HTTP Basic
(RFC 7617) with any user name. Beside a key in the path or a Bearer token there may be that key's
own password: in the header `Mserve-Password`, or beside one in the path by HTTP Basic.
"""

from base64 import b64decode
from typing import Any, NamedTuple

from mserve.resources import clock
from mserve.resources.caveats import Facts

KEY_IN_PATH = "mserve.key"
"""Where the request leaves the secret that it found in the path, in the WSGI environ."""
PASSWORD = "Mserve-Password"


class Presented(NamedTuple):
    """The secret, or None, and the facts."""

    secret: str | None
    facts: Facts


def presented(request: Any) -> Presented:
    in_path: str | None = request.environ.get(KEY_IN_PATH)
    scheme, value = authorization(request)
    basic = _basic_password(value) if scheme == "basic" and not forged(request) else None
    beside = request.headers.get(PASSWORD)
    if in_path is not None:
        return Presented(in_path, facts(request, beside if beside is not None else basic))
    return Presented(value if scheme == "bearer" else basic, facts(request, beside))


def authorization(request: Any) -> tuple[str, str]:
    """Scheme and value of the header, or empty ones."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower(), value.strip()


def facts(request: Any, password: str | None) -> Facts:
    """`REMOTE_ADDR` is the client's own: the server has asked a trusted proxy for it."""
    address = request.environ.get("REMOTE_ADDR") or None
    return Facts(clock.now(), request.method, address, password)


def forged(request: Any) -> bool:
    """Whether a page of another site sends this change, with a password the browser remembers."""
    elsewhere = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    return elsewhere and request.method not in ("GET", "HEAD", "OPTIONS")


def _basic_password(value: str) -> str | None:
    try:
        return b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:  # no base64, or no UTF-8
        return None
