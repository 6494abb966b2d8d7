"""Locks end with what they are on, as it leaves its place."""

from collections.abc import Iterable

from mserve.resources.lock import Lock, below, key_of
from mserve.resources.node import Branch, Node


def end_all(node: Node) -> None:
    """Ends the locks on what changes its place, and on all below it (RFC 4918, 7.5 and 9.9)."""
    found = [held.root for held in below(node)] if isinstance(node, Branch) else []
    for root in {each.id: each for each in (node, *found)}.values():
        if root.locking is not None:
            keep_locks(root, ())


def keep_locks(node: Node, locks: Iterable[Lock]) -> None:
    """Leaves these of the locks on the node itself."""
    node.locking.locks = tuple(locks)
    if not node.locking.locks:
        node.site.locked.discard(key_of(node))
