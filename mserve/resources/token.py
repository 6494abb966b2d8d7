"""Token: what a program of a user shows instead of their password; it can do less, and ends."""

from typing import Any

from persistent import Persistent

from mserve.resources import clock
from mserve.resources.caveats import Caveats
from mserve.resources.ids import new_id
from mserve.resources.key import digest, new_secret


class Token(Persistent):  # type: ignore[misc]  # persistent has no types
    """Grants what the user's profile does, narrowed by `caveats`. Only its digest is kept."""

    def __init__(self, user: Any, label: str, caveats: Caveats, digest: str) -> None:
        self.__parent__ = user
        self.id = self.__name__ = new_id()
        self.label = label
        self.caveats = caveats
        self.created = clock.now()
        self.digest = digest


def issue(user: Any, label: str, caveats: Caveats) -> tuple[Token, str]:
    """A new token of the user, and its secret, which can't be had again."""
    secret = new_secret()
    token = Token(user, label, caveats, digest(secret))
    user.tokens[token.id] = user.__parent__.tokens[token.digest] = token
    return token, secret


def revoke(user: Any, id: str) -> bool:
    """The token works no more; says whether there was one."""
    token = user.tokens.pop(id, None)
    if token is not None:
        user.__parent__.tokens.pop(token.digest, None)
    return token is not None
