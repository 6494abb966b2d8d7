"""Other nodes that a request names, by a path below the client's own root."""

from typing import Any

from mserve.errors import Conflict, Refused
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission
from mserve.resources.trash import Trashed


def find_node(start: Any, path: str) -> Any:
    """The node at `path` below `start`, or None."""
    for name in filter(None, path.split("/")):
        start = start.get(name) if isinstance(start, Branch) else None
    return start


def folder_at(request: Any, path: str) -> Branch:
    """The folder at `path` below the client's root, where its key may add; raises Conflict."""
    target = find_node(request.virtual_root, path)
    if not isinstance(target, Branch) or not request.has_permission(Permission.ADD, target):
        raise Conflict(f"there is no folder {path!r} that this key may add to")
    return target


def former_folder(trashed: Trashed, otherwise: str) -> Branch:
    """Where it was; raises Conflict where that is gone, which says what to do `otherwise`."""
    way = trashed.origin[:-1]
    parent = find_node(trashed.__parent__, "/".join(way))
    if not isinstance(parent, Branch):
        raise Conflict(f"the folder {'/'.join(way)!r} is gone; {otherwise}")
    return parent


def target_folder(request: Any, node: Node, path: str | None) -> Branch:
    """Where `node` is to be moved: its own folder, or the one at `path`; raises Conflict."""
    if path is None:
        if not request.has_permission(Permission.WRITE, node.__parent__):
            raise Refused("this key may not rename the place that it was made for")
        return node.__parent__  # type: ignore[no-any-return]  # traversal has no types
    if not request.has_permission(Permission.REMOVE, node):
        raise Conflict("this key may not take the node away from where it is")
    return folder_at(request, path)
