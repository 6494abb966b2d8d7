"""Who may end a lock: who has made it, and who administers what it is on (RFC 4918, 6.4)."""

from typing import Any

from mserve.errors import Refused
from mserve.resources.lock import Held
from mserve.resources.roles import Permission
from mserve.views.asker import actor_of


def may_end(request: Any, held: Held) -> bool:
    """Whether the asker may, if they may write there at all."""
    own: bool = held.lock.actor == actor_of(request)
    return own or bool(request.has_permission(Permission.ADMIN, held.root))


def need_own(request: Any, held: Held) -> None:
    """Raises Refused where another has made the lock."""
    if held.lock.actor != actor_of(request):
        raise Refused("the lock was made by another; it is theirs alone to refresh or end")


def need_end(request: Any, held: Held) -> None:
    """Raises Refused where it is not for the asker to end."""
    if not may_end(request, held):
        need_own(request, held)
