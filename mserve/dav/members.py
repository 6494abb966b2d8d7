"""Members: a collection and what is below it, by their names, as a key may see them."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from mserve.resources.loading import prefetch
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.roles import Permission
from mserve.views.content.walk import Path, following

PAGE = 500  # nodes that are in memory at once, beyond what the cache keeps anyway
ZERO, ONE, INFINITE = "0", "1", "infinity"

Member = tuple[Path, Any]
"""The names that lead from the collection to a node, and the node."""


def members(request: Any, top: Any, depth: str) -> Iterator[Member]:
    """`top` itself, and down to `depth` what is below it and may be seen."""
    yield (), top
    yield from loaded(visible(request, top, below(top, depth)), top._p_jar)


def below(top: Any, depth: str, after: Path = ()) -> Iterator[Member]:
    """What is below `top`, depth first by name, from behind the path `after` on."""
    if depth == ZERO or not isinstance(top, Branch):
        return iter(())
    if depth == INFINITE:
        return following(top, after)
    children = top.children.items(min=after[0] if after else None, excludemin=bool(after))
    return (((name,), child) for name, child in children)


def visible(request: Any, top: Any, found: Iterator[Member]) -> Iterator[Member]:
    """Of what is below `top`, that which the request may see."""
    if request.registry.mserve_policy.covers(request, top, Permission.VIEW):
        return found
    return (pair for pair in found if request.has_permission(Permission.VIEW, pair[1]))


def loaded(found: Iterator[Member], connection: Any) -> Iterator[Member]:
    """The same, a page after the other, each asked of the storage in two goes."""
    while page := [*islice(found, PAGE)]:
        prefetch(node for _, node in page)
        prefetch(node.content for _, node in page if isinstance(node, Mfile))
        yield from page
        connection.cacheGC()


def more_than(most: int, top: Any) -> bool:
    """Whether there are more nodes below `top`; of files it looks at the names alone."""
    return next(islice(following(top, ()), most, None), None) is not None
