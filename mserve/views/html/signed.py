"""What templates know of who has logged in, and the tokens that their forms carry."""

from typing import Any

from markupsafe import Markup
from redis.exceptions import RedisError

from mserve import sessions
from mserve.people import who
from mserve.resources.key import digest
from mserve.resources.user import User
from mserve.security import KEY_IN_PATH


def me(request: Any) -> User | None:
    """Who has logged in, also on pages that a key in the path opens."""
    try:
        user: User | None = sessions.user_of(request)
    except RedisError:  # the page is the key's, and can do without
        return None
    return user


def in_key(request: Any) -> bool:
    """Whether a key in the path opens the page: then the cookie is not what allows anything."""
    return KEY_IN_PATH in request.environ


def keepable(request: Any) -> str | None:
    """The key in the path, if it works and is not in the profile of who has logged in."""
    user = me(request)
    if user is None or not in_key(request) or not request.identity:
        return None
    [grant] = request.identity.grants
    secret = str(request.environ[KEY_IN_PATH])
    known = {grant.key.digest, digest(secret)}  # the newest, or the one that is shown
    kept = user.kept_by.get(grant.key.id) in known
    return None if kept or grant.appended else secret


def token_value(request: Any) -> str | None:
    """The token of who has logged in, for changes that the page's script makes."""
    by_cookie = not in_key(request) and "Authorization" not in request.headers
    return sessions.csrf(request) if by_cookie and me(request) is not None else None


def token(request: Any, always: bool = False) -> Markup:
    """The hidden field of a form; nothing where a key does what the form asks for."""
    value = sessions.csrf(request) if always else token_value(request)
    if not value:
        return Markup("")
    return Markup('<input type="hidden" name="{}" value="{}">').format(who.FIELD, value)


def token_query(request: Any) -> str:
    """The token in the address of a form with files: these are read only once it is checked."""
    value = token_value(request)
    return f"?{who.FIELD}={value}" if value else ""
