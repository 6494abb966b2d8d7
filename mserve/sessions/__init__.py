"""Sessions of people who have logged in, in Redis; and the tokens that forms carry (CSRF).

The cookie holds 256 random bits. Redis knows their SHA-256 alone, so that who reads it can't use
them. A session ends when it was idle for a while, at a certain age, and with the user's `epoch`:
what ends all sessions (a new password, logout everywhere, disabling) counts that up in the tree,
which holds also where Redis was away. Before a login the cookie has no session; forms have a token
from it all the same, as each token is derived from the cookie alone.
"""

import secrets
import time
from typing import Any

from mserve.sessions import cookie
from mserve.sessions.cookie import HEADER, csrf, csrf_of, is_csrf
from mserve.sessions.store import Session, Store

__all__ = [
    "HEADER", "Session", "csrf", "csrf_of", "end", "end_all", "forget", "is_csrf", "listing",
    "login", "logout", "of", "put", "take", "user_of",
]  # fmt: skip
SCRATCH = "mserve:scratch:"
AGENT = 200  # characters kept of what a browser calls itself
Headers = list[tuple[str, str]]


def store(registry: Any) -> Store:
    """Where the process of `registry` keeps its sessions."""
    settings = registry.mserve.people
    return Store(registry.queues.redis, settings.session_idle, settings.session_lifetime)


def login(request: Any, user: Any) -> Headers:
    """Begins a session of `user` under a new secret, and ends the one that the cookie has.

    Returns the headers for the answer; an attempt that is made again has the same secret.
    """
    kept, former = store(request.registry), cookie.secret(request)
    if former is not None:
        kept.end(cookie.digest(former))
    secret = request.environ.setdefault("mserve.session", secrets.token_urlsafe(32))
    now = time.time()
    address = request.environ.get("REMOTE_ADDR") or ""
    agent = request.environ.get("HTTP_USER_AGENT", "")[:AGENT]
    kept.add(Session(cookie.digest(secret), user.id, user.epoch, now, now, address, agent))
    return [cookie.header(request, secret)]


def logout(request: Any) -> Headers:
    """Ends the session of the request; returns the headers that take the cookie away."""
    secret = cookie.secret(request)
    if secret is not None:
        store(request.registry).end(cookie.digest(secret))
    forget(request)
    return [cookie.header(request, None)]


def of(request: Any) -> Session | None:
    """The session that the request's cookie has, as long as it lasts. Raises RedisError.

    Whether its user is there and may log in is another question: see `user_of`.
    """
    if "mserve_session" not in request.__dict__:
        secret = cookie.secret(request)
        digest = None if secret is None else cookie.digest(secret)
        request.mserve_session = None if digest is None else store(request.registry).get(digest)
    found: Session | None = request.mserve_session
    return found


def user_of(request: Any) -> Any:
    """The User whose session it is, or None: also where they are disabled or it has ended."""
    session = of(request)
    user = None if session is None else request.site.users.get(session.user)
    if user is None or session is None or user.disabled is not None:
        return None
    return user if user.epoch == session.epoch else None


def forget(request: Any) -> None:
    """It is to be looked up anew when it is asked for next."""
    request.__dict__.pop("mserve_session", None)


def listing(registry: Any, user: Any) -> list[Session]:
    """The user's sessions, the newest first."""
    return [each for each in store(registry).of(user.id) if each.epoch == user.epoch]


def end(registry: Any, user: Any, id: str) -> bool:
    """Ends the user's session `id`; says whether there was one."""
    there = any(each.id == id for each in listing(registry, user))
    if there:
        store(registry).end(id)
    return there


def end_all(registry: Any, user_id: str, epoch: int) -> None:
    """Removes a user's sessions from before `epoch`; in the tree they have ended already."""
    store(registry).end_all(user_id, epoch)


def put(request: Any, name: str, value: str, seconds: int) -> None:
    """Keeps a value beside the request's cookie, for `seconds`; there need be no session yet."""
    key = _scratch(cookie.secret_or_new(request), name)
    request.registry.queues.redis.set(key, value, ex=seconds)


def take(request: Any, name: str) -> str | None:
    """The value that `put` kept, once: it is gone then. None where there is none, or too late.

    An attempt that is made again, after a conflict, has what the one before has taken.
    """
    secret = cookie.secret(request)
    found = secret and request.registry.queues.redis.getdel(_scratch(secret, name))
    taken: dict[str, str] = request.environ.setdefault("mserve.taken", {})
    if found:
        taken[name] = found.decode()
    return taken.get(name)


def _scratch(secret: str, name: str) -> str:
    return f"{SCRATCH}{cookie.digest(secret)}:{name}"
