"""The locks of a place in URLs: those that cover it, and those on what lies below it."""

from collections.abc import Iterator
from typing import Any

from mserve.resources.facet import Facet
from mserve.resources.lock import TOKEN, Held, below, covering, on, roots_below

COVERS, BELOW = "0-", "1-"
BRANCHES = ("service", "folder")


class Locks(Facet):
    """By id, or token, of the locks."""

    name = "locks"
    types = frozenset({"service", "folder", "mfile"})

    def __getitem__(self, name: str) -> Any:
        id = name.removeprefix(TOKEN).replace("-", "")
        found = (held for held in every(self.node) if held.lock.id == id)
        held = next(found, None)
        if held is None:
            raise KeyError(name)
        return LockView(self, held)

    def page(self, limit: int, after: str | None = None) -> list[tuple[str, Held]]:
        """Up to `limit` of them above the key `after`, with their keys, in the order of these."""
        found: list[tuple[str, Held]] = []
        for key, held in _entries(self.node, after or ""):
            if len(found) == limit:
                break
            found.append((key, held))
        return found


class LockView:
    """One lock, at a place that it covers, or below which it is."""

    def __init__(self, locks: Locks, held: Held) -> None:
        self.__parent__ = locks
        self.__name__ = held.lock.id
        self.node = locks.node
        self.held = held


def every(node: Any) -> Iterator[Held]:
    """All that cover the node or are below it."""
    yield from covering(node)
    if node.type in BRANCHES:
        yield from below(node)


def _entries(node: Any, after: str) -> Iterator[tuple[str, Held]]:
    """Each with a key that sorts it; above the key `after`."""
    held = {f"{COVERS}{each.lock.id}": each for each in covering(node)}
    found = [*sorted(held.items(), key=lambda each: each[0])]
    yield from (each for each in found if each[0] > after)
    if node.type in BRANCHES:
        start = after.removeprefix(BELOW)[:32] if after.startswith(BELOW) else ""
        for root in roots_below(node, start):
            here = {f"{BELOW}{root.id}-{each.lock.id}": each for each in on(root)}
            yield from ((key, here[key]) for key in sorted(here) if key > after)
