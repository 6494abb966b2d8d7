"""Who may see a key, take its caveats off, and learn its new secret."""

from typing import Any

from mserve.errors import Refused
from mserve.resources.caveats import NONE
from mserve.resources.key import Key
from mserve.resources.roles import Permission
from mserve.security import Grant
from mserve.security.lineage import ids_above


def may_see(request: Any, key: Key) -> bool:
    """Whether who asks has made it, or administers its node."""
    return _is_mine(request, key) or bool(request.has_permission(Permission.ADMIN, key))


def _is_mine(request: Any, key: Key) -> bool:
    """Whether it was made from a key of who asks."""
    return any(key.descends_from(grant.key) for grant in _held(request))


def _held(request: Any) -> list[Grant]:
    """The chains by which who asks may do something now."""
    return [grant for grant in request.identity.grants if grant.failure is None]


def may_have(request: Any, key: Key) -> bool:
    """Whether who asks can do all that the key can, so that its secret gives them nothing new."""
    if _is_mine(request, key):
        return True
    above = ids_above(key)
    return any(
        grant.nodes <= above
        and grant.allowed >= key.permissions() | {Permission.ADMIN}
        and all(each == NONE for each in grant.caveats)
        for grant in _held(request)
    )


def check_seen(request: Any, key: Key) -> None:
    """Raises Refused where who asks may not see the key."""
    if not may_see(request, key):
        raise Refused("this key was not made from yours, and you do not administer its node")


def may_widen(request: Any, key: Key) -> bool:
    """Whether who asks holds a key that it was made from, or administers what is above."""
    if key.parent is None:
        above = key.__parent__.__parent__
        return above is not None and bool(request.has_permission(Permission.ADMIN, above))
    return _is_mine(request, key.parent)
