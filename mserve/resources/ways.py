"""Ways: the names that lead from a folder to what is below it, in their order."""

from collections.abc import Iterator
from typing import Any

from mserve.resources.node import Branch, Node

Way = tuple[str, ...]


def ways(top: Branch, after: Way = ()) -> Iterator[tuple[Way, Node]]:
    """All nodes below `top` with the names that lead to them, in order; from what is `after`."""
    ahead = [*_resumed(top, after)]
    while ahead:
        names, items = ahead[-1]
        name, node = next(items, (None, None))
        if name is None or node is None:
            ahead.pop()
            continue
        yield (*names, name), node
        if isinstance(node, Branch):
            ahead.append(((*names, name), iter(node.children.items())))


def _resumed(top: Branch, after: Way) -> Iterator[tuple[Way, Iterator[tuple[str, Node]]]]:
    """What is left of each folder on the way `after`, as far as that is still there."""
    folder: Any = top
    for depth, name in enumerate(after):
        yield after[:depth], iter(folder.children.items(min=name, excludemin=True))
        folder = folder.get(name)
        if not isinstance(folder, Branch):
            return
    yield after, iter(folder.children.items())
