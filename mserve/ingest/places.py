"""Nodes change place, or come a second time: no byte is copied."""

from typing import Any

from mserve.errors import Conflict, NameTaken
from mserve.ingest.folders import place
from mserve.ingest.leftovers import is_processed
from mserve.ingest.reserved import hold
from mserve.ingest.unlocking import end_all
from mserve.resources import audit, leftovers, metering
from mserve.resources.audit import Action
from mserve.resources.figure import Figure
from mserve.resources.folder import Folder
from mserve.resources.guard import need_change, need_leave
from mserve.resources.marking import mark_new
from mserve.resources.metrics import CLASSES, COPIES, DISC_SPACE, FILE
from mserve.resources.mfile import Mfile
from mserve.resources.names import is_temporary
from mserve.resources.node import Branch, Node, depend_on
from mserve.resources.provenance import link
from mserve.resources.quota import Wanted, need
from mserve.resources.standing import Standing
from mserve.tasks import engine

PARENTS = {
    "container": {"site"},
    "service": {"container"},
    "folder": {"service", "folder"},
    "mfile": {"service", "folder"},
}


def move(node: Node, parent: Branch, name: str) -> None:
    """Gives `node` another name, another parent, or both. Its locks end, and those below it.

    Raises BadName, NameTaken, Conflict, LockTokenMissing.
    """
    source, former = node.__parent__, node.__name__
    if source is parent and former == name:
        return
    _check_move(node, parent, name)
    end_all(node)
    _shift(node, parent, name)
    left = source.find("service")
    _note_move(node, left)
    _begin_work(node, former)
    _note_name(node, str(former), stays=source is parent)
    before = {"name": former, "parent": source.id}
    audit.record(node, Action.MOVE, before, {"name": name, "parent": parent.id}, left=left)


def _check_move(node: Node, parent: Branch, name: str) -> None:
    check_place(node, parent, name)
    need_leave(node)
    need_change(parent)
    need(parent, _kept(node), besides=[*node.above()], payer=())


def _shift(node: Node, parent: Branch, name: str) -> None:
    """Puts it there, and what it keeps to the sums of what is above it now."""
    source, left = node.__parent__, [*node.above()]
    depend_on([*left, *parent.lineage()])
    if source is not parent:
        metering.hold(node)
    source.drop(node.__name__)
    parent.add(name, node)
    node.touch()
    if source is not parent:
        standing = Standing.of(node.site, node)
        standing.change(left, -1, node.modified)
        standing.change([*node.above()], 1, node.modified)


def _kept(node: Node) -> Wanted:
    """What goes along with it."""
    if node.type == "mfile":
        return Standing.of(node.site, node).wanted()
    return {metric: node.usage.get(metric).total for metric in (DISC_SPACE, FILE, *CLASSES)}


def _begin_work(node: Node, former: str | None) -> None:
    """A file that a program has now given its name is processed as one that has just come."""
    if isinstance(node, Mfile):
        service = node.find("service")
        was, now = (is_processed(service, str(name)) for name in (former, node.__name__))
        if now and not was and not node.reserved and node.aside is None:
            engine.start(node, "ingest")


def _note_name(node: Node, former: str, *, stays: bool) -> None:
    """What a program gives a name of its own, and leaves in its folder, is to come back."""
    if not isinstance(node, Mfile):
        return
    if not is_temporary(str(node.__name__)):
        node.keep_name()
    elif stays and not is_temporary(former):
        node.set_aside(former)


def _note_move(node: Node, former: Any) -> None:
    """Has the catalogs told: of the node alone, or of all below it where it left its service."""
    service = node.find("service")
    if service is None or service is node:
        return
    left = service is not former
    below = node.walk() if left and isinstance(node, Branch) else ()
    for each in (node, *below):
        each.site.changed(each, service)
        leftovers.forget(each, former)
        leftovers.note(each)
        if left:
            each.site.changed(each, former)


def copy(node: Node, parent: Branch, name: str) -> Node:
    """A copy of a file or folder and all below it, as they are now, without their versions.

    Content is shared with the original, and so is what tasks have found out about it: no job
    starts. Raises BadName, NameTaken, Conflict.
    """
    if node.type not in ("mfile", "folder"):
        raise Conflict(f"a {node.type} cannot be copied")
    check_place(node, parent, name)
    below = [*node.walk()] if isinstance(node, Branch) else []
    files = [each for each in (node, *below) if isinstance(each, Mfile)]
    size = sum(each.content.size for each in files)
    need(parent, {DISC_SPACE: size, COPIES: size, FILE: len(files)})
    made = {node.id: _copy_one(node, parent, name)}
    for each in below:  # each comes after what holds it
        holder: Any = made[each.__parent__.id]
        made[each.id] = _copy_one(each, holder, str(each.__name__))
    return made[node.id]


def _copy_one(node: Node, parent: Branch, name: str) -> Node:
    made = Mfile(node.content, node.announced) if isinstance(node, Mfile) else Folder()
    made.metadata, made.dead = node.metadata, node.dead
    place(made, parent, name)
    audit.record(made, Action.CREATE, after={"type": made.type, "copy_of": node.id})
    if isinstance(made, Mfile):
        link(made)
        if isinstance(node, Mfile) and node.reserved:
            hold(made)
        _count_copy(made)
    return made


def _count_copy(made: Mfile) -> None:
    made.copied, mark, size = True, mark_new(made), made.content.size
    changes = metering.kept(size, made.created, 1) | {COPIES: Figure.of(size)}
    metering.enter(made.lineage(), changes, made.created, mark.payer, mark.tags)


def check_place(node: Node, parent: Branch, name: str) -> None:
    """Raises BadName, NameTaken or Conflict where `node` cannot be `name` in `parent`."""
    if any(above is node for above in parent.lineage()):
        raise Conflict("a folder cannot be put into itself")
    if parent.type not in PARENTS.get(node.type, set()):
        raise Conflict(f"a {node.type} cannot be put into a {parent.type}")
    parent.check_name(name)
    if name in parent:
        raise NameTaken(name)
