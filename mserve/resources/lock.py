"""Lock: a write lock (RFC 4918, 6 and 7) on a node, and on all below it if it is a deep one.

A node that was ever locked has a Locking, which is stored apart, so that a lock changes nothing of
the node that could be undone. Two that lock one node at once both write its Locking, and one of
them meets a conflict. Locks end by themselves; what has ended is ignored, and swept later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from persistent import Persistent
from ZODB.POSException import ConflictError

from mserve.resources import clock

EXCLUSIVE, SHARED = "exclusive", "shared"
TOKEN = "urn:uuid:"


@dataclass(frozen=True)
class Lock:
    """`owner` is the XML by which the client names who has it; `actor` who made it; times in µs.

    A `deep` lock is one of depth infinity. It lasts `seconds` from when it was made or refreshed.
    """

    id: str
    scope: str
    deep: bool
    owner: str
    actor: str
    seconds: int
    expires: int
    since: int | None = None
    """When it was made, where that is known."""

    @property
    def token(self) -> str:
        """Its URI (RFC 4918, 6.5)."""
        return f"{TOKEN}{UUID(self.id)}"

    @property
    def left(self) -> int:
        """The seconds until it ends."""
        return max(0, self.expires - clock.now()) // clock.SECOND


class Locking(Persistent):  # type: ignore[misc]  # persistent has no types
    """The locks on one node."""

    def __init__(self) -> None:
        self.locks: tuple[Lock, ...] = ()

    @property
    def live(self) -> tuple[Lock, ...]:
        """Those that have not ended."""
        moment = clock.now()
        return tuple(lock for lock in self.locks if lock.expires > moment)


class LocksMade(Persistent):  # type: ignore[misc]  # persistent has no types
    """How many locks were made in a service: who relies on none below a folder depends on it.

    ZODB checks nothing that a transaction depends on and writes as well. So one that makes a deep
    lock conflicts with all others that make one; those that do not are added up.
    """

    def __init__(self) -> None:
        self.all = self.deep = 0

    def count(self, deep: bool) -> None:
        """One more is made."""
        self.all += 1
        self.deep += deep

    def _p_resolveConflict(self, old: Any, saved: Any, new: Any) -> Any:
        if new["deep"] != old["deep"]:
            raise ConflictError
        return {**saved, "all": saved["all"] + new["all"] - old["all"]}


class Held(NamedTuple):
    """A lock, and the node that it is on: its root (RFC 4918, 6.1)."""

    lock: Lock
    root: Any


def on(node: Any) -> Iterator[Held]:
    """The locks on the node itself."""
    if node.locking is not None:
        yield from (Held(lock, node) for lock in node.locking.live)


def covering(node: Any) -> Iterator[Held]:
    """The locks on the node, and the deep ones on those above it."""
    yield from on(node)
    for above in node.above():
        yield from (held for held in on(above) if held.lock.deep)


def below(branch: Any) -> Iterator[Held]:
    """The locks on what lies below `branch`."""
    for root in roots_below(branch):
        yield from on(root)


def roots_below(branch: Any, start: str = "") -> Iterator[Any]:
    """What was locked below `branch`, for each service in the order of ids, from `start` on.

    Costs all that is locked in the service: it is little, and one entry for each is quickly made.
    """
    index, own = branch.site.locked, branch.find("service")
    for service in branch.children.values() if own is None else (own,):
        for key in index.beginning(f"{service.id}-", start):
            root = index[key]
            if branch in root.above():
                yield root


def key_of(node: Any) -> str:
    """The entry of a locked node in the site's index of what is locked in a service."""
    return f"{node.find('service').id}-{node.id}"
