"""REST of locks, which clients of WebDAV make: listed and ended at `<node>/-/locks`."""

from typing import Any

from mserve.ingest import locks
from mserve.resources.lock_places import Locks, LockView
from mserve.resources.roles import Permission
from mserve.views import paging
from mserve.views.config import no_content, rest
from mserve.views.lock_json import lock
from mserve.views.lock_rights import need_end


@rest(context=Locks, method="GET", permission=Permission.VIEW, gives="Locks", query=paging.QUERY)
def listing(context: Locks, request: Any) -> Any:
    """The locks that cover the place, and then those on what is below it."""
    limit, after = paging.asked(request)
    found = context.page(limit + 1, after)
    items = [lock(request, context.node, held) for _, held in found[:limit]]
    return paging.page(request, context, items, found, limit)


@rest(context=LockView, method="GET", permission=Permission.VIEW, gives="Lock")
def show(context: LockView, request: Any) -> Any:
    """One lock."""
    return lock(request, context.node, context.held)


@rest(context=LockView, method="DELETE", permission=Permission.WRITE, gives={204: None})
def end(context: LockView, request: Any) -> Any:
    """Ends the lock, be it for who has made it, or for who administers what it is on."""
    need_end(request, context.held)
    locks.unlock(context.held)
    return no_content()
