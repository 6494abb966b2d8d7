"""Locks begin, are refreshed, and end: by their maker, with what they are on, or by their time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from mserve.errors import BadInput, Conflict, LockConflict, TooLarge
from mserve.ingest.settled import settle
from mserve.ingest.unlocking import keep_locks
from mserve.resources import audit, clock
from mserve.resources.asker import who_asks
from mserve.resources.audit import Action
from mserve.resources.guard import depend_on_below
from mserve.resources.ids import new_id
from mserve.resources.lock import EXCLUSIVE, SHARED, Held, Lock, Locking, below, covering, key_of
from mserve.resources.node import Branch, Node, depend_on
from mserve.resources.trash import way

MOST = 100  # shared locks on one node
LONGEST = 4096  # characters of an owner's XML


@dataclass(frozen=True)
class Wish:
    """The lock that is asked for; `owner` is XML, `seconds` how long it is to last at first."""

    scope: str
    deep: bool
    owner: str
    seconds: int


def lock(node: Node, wish: Wish) -> Lock:
    """A new lock on a service, folder or file.

    Raises LockConflict where one is there that is not compatible; BadInput, TooLarge, Conflict.
    """
    _check(node, wish)
    depend_on(above.locking or above for above in node.lineage())
    _check_compatible(node, wish)
    id, now, actor = UUID(new_id(), version=4).hex, clock.now(), who_asks().actor
    expires = now + wish.seconds * clock.SECOND
    made = Lock(id, wish.scope, wish.deep, wish.owner, actor, wish.seconds, expires, now)
    _enter(node, made)
    audit.record(node, Action.LOCK, after=_told(made))
    return made


def _check(node: Node, wish: Wish) -> None:
    if node.find("service") is None:
        raise Conflict(f"a {node.type} cannot be locked; services, folders and files can")
    if wish.scope not in (EXCLUSIVE, SHARED):
        raise BadInput(f"the scope of a lock is {EXCLUSIVE} or {SHARED}")
    if len(wish.owner) > LONGEST:
        raise TooLarge(f"the lock's owner has {len(wish.owner)} characters of XML, not {LONGEST}")
    if node.locking is not None and len(node.locking.live) >= MOST:
        raise Conflict(f"{MOST} locks are on it already; there cannot be more")


def _check_compatible(node: Node, wish: Wish) -> None:
    conflicts = [*_conflicts(node, wish)]
    if conflicts:
        until = clock.rfc3339(max(held.lock.expires for held in conflicts))
        raise LockConflict(
            f"it is locked, or part of it or what is above it is, until {until}",
            [way(held.root.site, held.root) for held in conflicts],
        )


def _conflicts(node: Node, wish: Wish) -> Iterator[Held]:
    """The locks that this one is not compatible with (RFC 4918, 6.2 and 7.7)."""
    found = [*covering(node)]
    if wish.deep and isinstance(node, Branch):
        depend_on_below(node)
        found += below(node)
    return (held for held in found if EXCLUSIVE in (wish.scope, held.lock.scope))


def _enter(node: Node, made: Lock) -> None:
    if node.locking is None:
        node.locking = Locking()
    node.locking.locks = (*node.locking.live, made)
    node.find("service").locks_made.count(made.deep)
    node.site.locked[key_of(node)] = node


def _told(lock: Lock) -> dict[str, Any]:
    return {"token": lock.token, "scope": lock.scope, "deep": lock.deep}


def refresh(held: Held, seconds: int) -> Lock:
    """Has the lock last `seconds` from now on; returns it as it is by then."""
    now = replace(held.lock, seconds=seconds, expires=clock.now() + seconds * clock.SECOND)
    live = held.root.locking.live
    held.root.locking.locks = tuple(now if each.id == now.id else each for each in live)
    return now


def unlock(held: Held) -> None:
    """Ends the lock; work begins on a file that stays empty."""
    audit.record(held.root, Action.UNLOCK, _told(held.lock))
    keep_locks(held.root, [each for each in held.root.locking.live if each.id != held.lock.id])
    settle(held.root)


def sweep(site: Any, after: str | None, limit: int) -> str | None:
    """Forgets what has ended, of the next `limit` entries after that key; returns the last one."""
    page = site.locked.page(limit, after)
    for key, node in page:
        if not node.locking.live:
            node.locking.locks = ()  # written, so that one who locks it now meets a conflict
            site.locked.discard(key)
    return page[-1][0] if page else None
