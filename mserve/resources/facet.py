"""Facet: the base of what lies below `/-/` of a node."""

from typing import Any, ClassVar

from mserve.resources.deposit import Reach
from mserve.resources.names import FACETS


class Facet:
    """One facet of a node, reached by traversal; not stored, it only shows what the node has."""

    name: ClassVar[str]
    reach: ClassVar[Reach] = Reach.NONE
    types: ClassVar[frozenset[str]] = frozenset({"site", "container", "service", "folder", "mfile"})

    def __init__(self, node: Any) -> None:
        self.__parent__ = node[FACETS]
        self.__name__ = self.name
        self.node = node

    def __getitem__(self, name: str) -> Any:
        raise KeyError(name)
