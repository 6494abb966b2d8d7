"""Guard: whether locks allow what the use cases are about to do; each of them asks here first.

A write where a lock is takes one of the lock's tokens, from whom has made it (RFC 4918, 6.4 and 7).
Both come with the asker (resources/audit.py), by whichever door.
"""

from typing import Any

from mserve.errors import LockTokenMissing
from mserve.resources.asker import who_asks
from mserve.resources.clock import rfc3339
from mserve.resources.lock import Held, Lock, below, covering
from mserve.resources.node import Branch, Node, depend_on
from mserve.resources.trash import way

HOW = "who has made the lock gives its token in the header If, as If: (<urn:uuid:…>)"
STRANGER = "the lock's token was given, but not by whom has made the lock"


def need_change(node: Node) -> None:
    """Raises LockTokenMissing where a lock forbids to change `node`.

    Of a branch that is which children it has, as well as what is known of itself.
    """
    _need(node, repr(node.__name__))


def need_leave(node: Node) -> None:
    """Raises LockTokenMissing where a lock forbids that `node` leaves its place, with all in it."""
    _need(node.__parent__, "the folder that it is in")
    need_change(node)
    if isinstance(node, Branch):
        depend_on_below(node)
        for root in {held.root.id: held.root for held in below(node)}.values():
            need_change(root)


def depend_on_below(branch: Branch) -> None:
    """Has the transaction conflict where something below `branch` is locked at the same time."""
    service = branch.find("service")
    services = [*branch.children.values()] if service is None else [service]
    depend_on(each.locks_made for each in services)


def _need(node: Node, called: str) -> None:
    depend_on(above.locking or above for above in node.lineage())
    held = [*covering(node)]
    if held and not any(_given(each.lock) for each in held):
        raise _refused(held, called if held[0].root is node else "a folder above it")


def _given(lock: Lock) -> bool:
    who = who_asks()
    return lock.token in who.tokens and lock.actor == who.actor


def _refused(held: list[Held], called: str) -> LockTokenMissing:
    known = any(each.lock.token in who_asks().tokens for each in held)
    until: Any = rfc3339(max(each.lock.expires for each in held))
    words = f"{called} is locked until {until}; {STRANGER if known else HOW}"
    return LockTokenMissing(words, [way(each.root.site, each.root) for each in held])
