"""Places where nothing is, for who asks: the context of a PUT that makes something there."""

from typing import Any

from mserve.errors import Missing
from mserve.resources.deposit import Reach
from mserve.resources.node import Node
from mserve.resources.pieces import Workflows
from mserve.resources.service_facets import Profiles


class Absent:
    """A place in the tree where nothing is."""

    reach = Reach.ANY

    def __init__(self, parent: Any, name: str) -> None:
        self.__parent__ = parent
        self.__name__ = name

    def place(self) -> tuple[Any, tuple[str, ...]]:
        """The nearest node that is there, and the names below it. Raises Missing at a facet."""
        parent = self.__parent__
        names: tuple[str, ...] = (self.__name__,)
        while isinstance(parent, Absent):
            parent, names = parent.__parent__, (parent.__name__, *names)
        if not isinstance(parent, Node):
            raise Missing("nothing can be put there")
        return parent, names


class Hidden(Absent):
    """A place where `node` is, which is as good as nothing to who asks."""

    def __init__(self, node: Any) -> None:
        super().__init__(node.__parent__, node.__name__)
        self.node = node


class AbsentProfile(Absent):
    """A name below `/-/profiles/` that no profile has."""

    reach = Reach.NONE


class AbsentWorkflow(Absent):
    """A name below `<profile>/workflows/` that no workflow has."""

    reach = Reach.NONE


ABSENT: dict[type, type[Absent]] = {Profiles: AbsentProfile, Workflows: AbsentWorkflow}
"""Where else than in the tree something can be put at a name where nothing is."""
