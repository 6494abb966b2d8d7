"""The only way bytes enter, change place or leave: create, replace, move, remove.

Each acts inside its caller's transaction. Doors receive the bytes first, outside of any
transaction, as a Spool, and call one of these in a fresh, short one that may be tried again.
"""

import mimetypes
from dataclasses import dataclass
from typing import Any

from mserve.errors import BadInput, Conflict, NameTaken
from mserve.resources import clock, usage
from mserve.resources.folder import Folder
from mserve.resources.job import Job
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node, depend_on
from mserve.resources.spool import Spool
from mserve.tasks import engine

VAGUE = frozenset({"", "application/octet-stream", "application/x-www-form-urlencoded"})
"""Media types that clients announce when they do not know any."""


@dataclass(frozen=True)
class Stored:
    """What came of an upload."""

    mfile: Mfile
    job: Job | None
    created: bool


def put(folder: Branch, name: str, spool: Spool, announced: str = "") -> Stored:
    """Creates the Mfile `name`, or replaces its content; raises NameTaken where it is a folder."""
    child = folder.get(name)
    if child is None:
        return create(folder, name, spool, announced)
    if not isinstance(child, Mfile):
        raise NameTaken(name)
    return replace(child, spool, announced)


def create(folder: Branch, name: str, spool: Spool, announced: str = "") -> Stored:
    """A new Mfile: content, usage and its ingest workflow. Raises BadInput, NameTaken."""
    if folder.type not in ("service", "folder"):
        raise BadInput(f"files go into a service or a folder in one, not into a {folder.type}")
    folder.check_name(name)
    mfile = Mfile(spool.content(), _media_type(name, announced))
    _place(mfile, folder, name)
    usage.keep(mfile.lineage(), spool.size, mfile.created)
    usage.report(mfile.lineage(), usage.INGEST, spool.size)
    return Stored(mfile, engine.start(mfile, "ingest"), created=True)


def replace(mfile: Mfile, spool: Spool, announced: str = "") -> Stored:
    """New content for a name that is there, and its update workflow."""
    depend_on(mfile.above())
    former = mfile.replace(spool.content(), _media_type(mfile.__name__ or "", announced))
    moment, growth = mfile.modified, spool.size - former.size
    usage.keep(mfile.lineage(), growth, moment, files=0)
    usage.report(mfile.lineage(), usage.INGEST, spool.size)
    return Stored(mfile, engine.start(mfile, "update"), created=False)


def make_folder(parent: Branch, name: str) -> Folder:
    """A new folder; raises BadName, NameTaken."""
    if parent.type not in ("service", "folder"):
        raise BadInput(f"folders go into a service or another folder, not into a {parent.type}")
    folder = Folder()
    _place(folder, parent, name)
    return folder


def _place(node: Node, parent: Branch, name: str) -> None:
    """Puts a new node into the tree, if what is above it stays there."""
    depend_on(parent.lineage())
    parent.add(name, node)
    parent.site.register(node)


def make_folders(parent: Branch, names: tuple[str, ...]) -> Branch:
    """The folder at the path `names` below `parent`; those that are missing are made."""
    for name in names:
        parent = parent.get(name) or make_folder(parent, name)
        if not isinstance(parent, Branch):
            raise NameTaken(name)
    return parent


def move(node: Node, parent: Branch, name: str) -> None:
    """Gives `node` another name, another parent, or both. Raises BadName, NameTaken, Conflict."""
    source = node.__parent__
    if source is parent and node.__name__ == name:
        return
    _check_move(node, parent)
    parent.check_name(name)
    if name in parent:
        raise NameTaken(name)
    left = [*node.above()]
    depend_on([node.usage, *left, *parent.lineage()])
    source.drop(node.__name__)
    parent.add(name, node)
    node.touch()
    if source is not parent:
        usage.transfer(node.usage, left, [*node.above()], node.modified)


PARENTS = {
    "container": {"site"},
    "service": {"container"},
    "folder": {"service", "folder"},
    "mfile": {"service", "folder"},
}


def _check_move(node: Node, parent: Branch) -> None:
    if any(above is node for above in parent.lineage()):
        raise Conflict("a folder cannot be moved into itself")
    if parent.type not in PARENTS.get(node.type, set()):
        raise Conflict(f"a {node.type} cannot be moved into a {parent.type}")


def remove(node: Node, *, recursive: bool = False) -> None:
    """Takes `node` and all below it out of the tree; raises Conflict where that is not `recursive`.

    Their keys stop working, their jobs are cancelled, and what they kept is no longer counted.
    """
    if node.__parent__ is None:
        raise Conflict("the site itself cannot be removed")
    if isinstance(node, Branch) and node.count() and not recursive:
        raise Conflict(f"{node.__name__!r} is not empty; add ?recursive=true to remove it with all")
    depend_on([node.usage, *([node.count] if isinstance(node, Branch) else ())])
    below = [node, *(node.walk() if isinstance(node, Branch) else ())]
    above = [*node.above()]
    _end_usage(node, above)
    for each in below:
        _end(each)
    node.__parent__.drop(node.__name__)


def _end_usage(node: Node, above: list[Node]) -> None:
    kept = node.usage.get(usage.DISC)
    usage.keep(above, -kept.rate, clock.now(), -kept.running)
    for metric in (usage.SERVICE, usage.CONTAINER):
        if there := node.usage.get(metric).total:
            usage.report(above, metric, -there)


def _end(node: Any) -> None:
    site = node.site
    for id in node.job_ids() if isinstance(node, Mfile) else ():
        if job := site.active.get(id):
            engine.cancel(site, job)
    if node.type == "service":
        for _, job in node.jobs.items():
            site.ids.discard(job.id)
    site.forget(node)


def _media_type(name: str, announced: str) -> str | None:
    """What the client says the bytes are, or what the name suggests; None where neither helps."""
    said = announced.partition(";")[0].strip().lower()
    if said in VAGUE:
        return mimetypes.guess_type(name)[0]
    return said
