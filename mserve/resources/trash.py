"""Trashed: a file or folder that was removed, as it was, for a time in its service's trash."""

from typing import Any

from persistent import Persistent

from mserve.resources import clock
from mserve.resources.index import newest_first
from mserve.resources.node import Node


def way(service: Any, node: Node) -> tuple[str, ...]:
    """The names from `service` down to `node`."""
    names: tuple[str, ...] = ()
    while node is not service:
        names = (str(node.__name__), *names)
        node = node.__parent__
    return names


class Trashed(Persistent):  # type: ignore[misc]  # persistent has no types
    """Keeps what was removed and where it was: `origin` names the way from the service to it."""

    def __init__(self, service: Any, node: Node, expires: int) -> None:
        self.__parent__ = service
        self.node = node
        self.removed = clock.now()
        self.expires = expires
        self.origin = way(service, node)
        self.__name__ = newest_first(self.removed, node.id)

    @property
    def expiry_key(self) -> str:
        """Where it stands in an index by the time when it goes for good."""
        return f"{self.expires:016x}-{self.node.id}"
