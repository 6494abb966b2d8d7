"""Search: a query over catalogs, and the nodes that it finds below a place in the tree."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from typing import Any

from mserve.errors import BadInput
from mserve.resources.catalog import ORDERS, Catalog

RELEVANCE = "relevance"


@dataclass(frozen=True)
class Query:
    """What is searched for; bounds are inclusive, sizes in bytes, times in µs."""

    words: str = ""
    type: str = ""
    mimetype: str = ""
    tags: tuple[str, ...] = ()
    size: tuple[int | None, int | None] = (None, None)
    modified: tuple[int | None, int | None] = (None, None)
    order: str = "name"
    reverse: bool = False

    def __post_init__(self) -> None:
        if self.order not in (*ORDERS, RELEVANCE):
            known = ", ".join((*ORDERS, RELEVANCE))
            raise BadInput(f"sort={self.order} is no order; there are: {known}, with - reversed")

    def matches(self, node: Any) -> bool:
        """Whether a node is of the type and media type."""
        kind = node.mimetype if node.type == "mfile" else ""
        same = kind.startswith(self.mimetype[:-1]) if self.mimetype.endswith("/*") else False
        return self.type in ("", node.type) and (same or self.mimetype in ("", kind))

    def value(self, node: Any) -> Any:
        """What a node is ordered by; raises KeyError for relevance."""
        return VALUES[self.order](node)


VALUES: Mapping[str, Callable[[Any], Any]] = {
    "name": lambda node: node.__name__,
    "size": lambda node: node.content.size if node.type == "mfile" else 0,
    "modified": lambda node: node.modified,
}


def find(place: Any, query: Query, *, direct: bool = False) -> Iterator[Any]:
    """The nodes below `place` that the query finds, in its order, as the tree has them now.

    direct: its children alone.
    """
    found = [_ranked(service.catalog, query) for service in services(place)]
    for _, node in merge(*found, key=lambda pair: pair[0], reverse=query.reverse):
        if _is_below(node, place, direct):
            yield node


def _is_below(node: Any, place: Any, direct: bool) -> bool:
    if direct:
        return bool(node.__parent__ is place and node.in_tree)
    return node is not place and any(above is place for above in node.lineage())


def services(place: Any) -> Iterator[Any]:
    """The services that have something below `place`."""
    service = place.find("service")
    if service is not None:
        yield service
    elif place.type == "container":
        yield from place.children.values()
    else:
        for container in place.children.values():
            yield from container.children.values()


def _ranked(catalog: Catalog, query: Query) -> Iterator[tuple[Any, Any]]:
    """Each node that one catalog finds, with what it is ordered by among all."""
    scores = catalog.contains(query.words) if query.words else {}
    numbers = set(scores) if query.words else set(catalog.nodes.keys())
    for narrow in _narrowings(catalog, query):
        numbers &= set(narrow)
    if query.order == RELEVANCE:
        ordered = sorted(numbers, key=lambda n: scores.get(n, 0.0), reverse=query.reverse)
        return ((scores.get(n, 0.0), catalog.nodes[n]) for n in ordered)
    ordered = list(catalog.sorted(numbers, query.order, query.reverse))
    return ((catalog.value(query.order, n), catalog.nodes[n]) for n in ordered)


def _narrowings(catalog: Catalog, query: Query) -> Iterator[Any]:
    fields = catalog.fields
    if query.type:
        yield fields["type"].applyEq(query.type)
    if query.mimetype.endswith("/*"):
        start = query.mimetype[:-1]
        yield fields["mimetype"].applyInRange(start, start + "\U0010ffff")
    elif query.mimetype:
        yield fields["mimetype"].applyEq(query.mimetype)
    if query.tags:
        yield catalog.tags.applyAll(list(query.tags))
    for name, bounds in (("size", query.size), ("modified", query.modified)):
        if bounds != (None, None):
            yield fields[name].applyInRange(*bounds)
