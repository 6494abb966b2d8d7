"""Nodes change place on this door, by the use cases of ingest and with what REST asks for them.

A file that comes upon a file becomes its next version: programs save so, by a move from a
temporary name, and the document's history and keys stay with it.
"""

from typing import Any

from mserve import ingest
from mserve.dav.fields import mtime
from mserve.dav.paths import Names, node_at
from mserve.errors import Conflict, Refused
from mserve.ingest import aside
from mserve.resources.folder import Folder
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission
from mserve.views.receive import need


def make_folder(request: Any, parent: Branch, name: str) -> None:
    """Raises Refused where no folders are."""
    check_parent(parent)
    need(request, Permission.ADD, parent)
    ingest.make_folder(parent, name)


def check_parent(parent: Any) -> None:
    """Raises Refused where the drive's user can put nothing."""
    if parent.type not in ("service", "folder"):
        raise Refused(f"files and folders go into a service, not into a {parent.type}")


def check_own(node: Node) -> None:
    """Raises Refused where `node` is not for the drive's user to move or to remove."""
    if not isinstance(node, Mfile | Folder):
        raise Refused(f"a {node.type} is changed by pages and REST alone, not in a drive")


def remove(request: Any, node: Node) -> None:
    """Puts it into the trash."""
    check_own(node)
    need(request, Permission.REMOVE, node)
    ingest.remove(node)


def move(request: Any, node: Node, names: Names) -> bool:
    """Moves `node` to `names` below the client's root; returns whether nothing was there."""
    check_own(node)
    need(request, Permission.WRITE, node)
    parent, name = _target(request, names)
    _need_way(request, node, parent)
    there, said = parent.get(name), mtime(request)
    moment = node.modified if said is None else said
    _put(request, node, parent, name)
    _date(parent.get(name), moment)
    return there is None


def _need_way(request: Any, node: Node, parent: Branch) -> None:
    if parent is node.__parent__:
        need(request, Permission.WRITE, parent)
    else:
        need(request, Permission.REMOVE, node)
        need(request, Permission.ADD, parent)


def _put(request: Any, node: Node, parent: Branch, name: str) -> None:
    """In place of what is there, as its next version, or as what was aside until now."""
    there = parent.get(name)
    if there is None and (document := _aside(node, parent, name)):
        need(request, Permission.WRITE, document)
        ingest.come_back(document, name, node)
    elif isinstance(node, Mfile) and isinstance(there, Mfile):
        _supersede(request, there, node)
        ingest.remove(node)
    else:
        _clear(request, node, there)
        ingest.move(node, parent, name)


def _aside(node: Node, parent: Branch, name: str) -> Mfile | None:
    """The document that was called `name`, if `node` is what a program saves of it."""
    found = aside.find(parent, name) if isinstance(node, Mfile) else None
    return None if found is node or node.__parent__ is not parent else found


def copy(request: Any, node: Node, names: Names, *, whole: bool) -> bool:
    """As `move`, of a copy; of a folder that is not `whole` the folder alone."""
    check_own(node)
    need(request, Permission.READ, node)
    parent, name = _target(request, names)
    there = parent.get(name)
    if isinstance(node, Mfile) and isinstance(there, Mfile):
        _supersede(request, there, node)
    else:
        need(request, Permission.ADD, parent)
        _clear(request, node, there)
        _copy(node, parent, name, whole)
    _date(parent.get(name), mtime(request))
    return there is None


def _copy(node: Node, parent: Branch, name: str, whole: bool) -> None:
    if whole or isinstance(node, Mfile):
        ingest.copy(node, parent, name)
    else:
        made = ingest.make_folder(parent, name)
        made.metadata, made.dead = node.metadata, node.dead


def _date(node: Any, moment: int | None) -> None:
    """What was moved is as old as before, unless the client says how old it is (X-OC-Mtime)."""
    if moment is not None and isinstance(node, Mfile):
        ingest.set_modified(node, moment)


def _target(request: Any, names: Names) -> tuple[Branch, str]:
    """The folder in which the place is, and its name there."""
    if not names:
        raise Refused("the drive itself cannot be replaced")
    parent = node_at(request, names[:-1])
    if not isinstance(parent, Branch):
        raise Conflict("the folder that the Destination is in is not there")
    check_parent(parent)
    return parent, parent.check_name(names[-1])


def _clear(request: Any, node: Node, there: Node | None) -> None:
    """What is at the destination goes into the trash (RFC 4918, 9.8.4 and 9.9.3)."""
    if there is None:
        return
    if any(above is there for above in node.lineage()):
        raise Conflict("a folder cannot be replaced by what is in it")
    need(request, Permission.REMOVE, there)
    ingest.remove(there)


def _supersede(request: Any, there: Mfile, node: Mfile) -> None:
    need(request, Permission.WRITE, there)
    ingest.supersede(there, node.content, node.announced)
    there.metadata, there.dead = node.metadata, node.dead
