"""Who asks, and may they: from a request's credentials to a Key, and from its chain to permits.

A key comes in the path (`/k/<key>/`), as Bearer token (RFC 6750) or as the password of HTTP Basic
(RFC 7617) with any user name. What it may do is the intersection of its whole chain: each link's
node must be in the lineage of what is asked of, and its role allow what is asked.
"""

import binascii
from base64 import b64decode
from typing import Any

from pyramid.security import Allowed, Denied

from mserve.resources import clock
from mserve.resources.key import Key, digest
from mserve.resources.node import Node
from mserve.resources.roles import ROLES, Permission

KEY_IN_PATH = "mserve.key"
"""Where the request leaves the secret that it found in the path, in the WSGI environ."""
NOTHING: frozenset[Permission] = frozenset()
ALLOWED = Allowed("every key of the chain allows it")


class Closed(Denied):  # type: ignore[misc]  # pyramid has no types
    """The service is outside its start and end times; `msg` is the reason, for its keys."""


def secret_of(request: Any) -> str | None:
    """The secret that the request presents, or None."""
    in_path: str | None = request.environ.get(KEY_IN_PATH)
    if in_path is not None:
        return in_path
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return str(value).strip()
    return _basic_password(value) if scheme.lower() == "basic" and not forged(request) else None


def forged(request: Any) -> bool:
    """Whether a page of another site sends this change, with a password the browser remembers."""
    elsewhere = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    return elsewhere and request.method not in ("GET", "HEAD", "OPTIONS")


def _basic_password(value: str) -> str | None:
    try:
        return b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None


class SecurityPolicy:
    """Pyramid's security policy (ISecurityPolicy) over keys."""

    def identity(self, request: Any) -> Key | None:
        """The working key that the request presents; looked up once in each transaction."""
        found = request.__dict__.get("mserve_key", False)
        if found is False:
            found = request.mserve_key = self._find(request)
        return found  # type: ignore[no-any-return]  # the tree has no types

    def _find(self, request: Any) -> Key | None:
        secret = secret_of(request)
        key: Key | None = request.site.key_index.get(digest(secret)) if secret else None
        working = key is not None and key.works(clock.now()) and key.__parent__.in_tree
        return key if working else None

    def authenticated_userid(self, request: Any) -> str | None:
        key = self.identity(request)
        return None if key is None else key.id

    def permits(self, request: Any, context: Any, permission: str) -> Allowed | Denied:
        key = self.identity(request)
        if key is None:
            return Denied("no working key was presented")
        above = ids_above(context)
        for link in key.chain():
            if link.__parent__.id not in above or permission not in ROLES.get(link.role, NOTHING):
                return Denied("the key %s does not allow %s here", link.id, permission)
        closed = self._open(key, context)
        return ALLOWED if closed is None else closed  # a Denied is false

    def _open(self, key: Key, context: Any) -> Closed | None:
        service = service_of(context)
        reason = None if service is None else service.closed(clock.now())
        if reason is None or Permission.ADMIN in key.permissions():
            return None
        return Closed(reason)

    def remember(self, request: Any, userid: str, **kw: Any) -> list[tuple[str, str]]:
        return []

    def forget(self, request: Any, **kw: Any) -> list[tuple[str, str]]:
        return []


def ids_above(context: Any) -> set[str]:
    """The ids of the nodes in the lineage of `context`, its own if it is one."""
    found = set()
    while context is not None:
        if isinstance(context, Node):
            found.add(context.id)
        context = getattr(context, "__parent__", None)
    return found


def service_of(context: Any) -> Any:
    """The service that `context` is in, or None."""
    while context is not None and not isinstance(context, Node):
        context = context.__parent__
    return None if context is None else context.find("service")


def forget_identity(request: Any) -> None:
    """A new transaction begins: the key is to be looked up again, it may have been revoked."""
    request.__dict__.pop("mserve_key", None)
