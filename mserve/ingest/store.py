"""Content comes in: a new Mfile, or new content for one that is there."""

import mimetypes
from dataclasses import dataclass

from mserve.errors import BadInput, NameTaken
from mserve.ingest.folders import place
from mserve.ingest.leftovers import check_taken, is_processed
from mserve.resources import audit, usage
from mserve.resources.audit import Action
from mserve.resources.content import Content
from mserve.resources.guard import need_change
from mserve.resources.job import Job
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node, depend_on
from mserve.resources.provenance import link
from mserve.resources.quota import need_room
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
    check_folder(folder)
    folder.check_name(name)
    return add(folder, name, spool.content(), media_type(name, announced))


def check_folder(folder: Node) -> None:
    """Raises BadInput where no files can be put."""
    if folder.type not in ("service", "folder"):
        raise BadInput(f"files go into a service or a folder in one, not into a {folder.type}")


def add(
    folder: Branch, name: str, content: Content, announced: str | None, process: bool = True
) -> Stored:
    """As `create`, of a content; its ingest workflow starts if `process`. Raises NameTaken."""
    service = folder.find("service")
    check_taken(service, name)
    need_room(folder, content.size)
    process = process and is_processed(service, name)
    mfile = Mfile(content, announced)
    place(mfile, folder, name)
    link(mfile)
    usage.keep(mfile.lineage(), content.size, mfile.created)
    usage.report(mfile.lineage(), usage.INGEST, content.size)
    audit.record(mfile, Action.CREATE, after={"type": "mfile", **_told(content)})
    return Stored(mfile, engine.start(mfile, "ingest") if process else None, created=True)


def replace(mfile: Mfile, spool: Spool, announced: str = "", came: int | None = None) -> Stored:
    """New content for a name that is there, and its update workflow.

    `came`: how many of the bytes have come in, if not all.
    """
    need_change(mfile)
    usage.report(mfile.lineage(), usage.INGEST, spool.size if came is None else came)
    return supersede(mfile, spool.content(), media_type(mfile.__name__ or "", announced))


def supersede(
    mfile: Mfile, content: Content, announced: str | None, process: bool = True
) -> Stored:
    """Gives the name to `content`; the former one becomes a version.

    The update workflow starts if `process`. Of a file that was reserved, the ingest workflow, as
    this is the first content that it has; none, where it stays empty.
    """
    depend_on(mfile.above())
    need_change(mfile)
    more = growth(mfile, content.size)
    need_room(mfile, more)
    former = mfile.replace(content, announced)
    note_replaced(mfile, former.content, content)
    begun = mfile.reserved
    if not begun:
        mfile.add_version(former)
        mfile.drop_versions(_versions(mfile))
    usage.keep(mfile.lineage(), more, mfile.modified, files=0)
    process = process and is_processed(mfile.find("service"), mfile.__name__ or "")
    if begun and not content.size:
        return Stored(mfile, None, created=False)
    mfile.begin()
    workflow = "ingest" if begun else "update"
    return Stored(mfile, engine.start(mfile, workflow) if process else None, created=False)


def note_replaced(mfile: Mfile, former: Content, content: Content) -> None:
    """Has those know who are to."""
    mfile.keep_name()
    link(mfile)
    mfile.site.changed(mfile, mfile.find("service"))
    audit.record(mfile, Action.REPLACE, _told(former), _told(content))


def _told(content: Content) -> audit.Facts:
    return {"size": content.size, "sha256": content.sha256}


def growth(mfile: Mfile, size: int) -> int:
    """The bytes that are kept more, once the file has another content of `size` bytes."""
    going = [mfile.content] if mfile.reserved else mfile.superfluous(_versions(mfile))
    return size - sum(content.size for content in going)


def _versions(mfile: Mfile) -> int:
    most: int = mfile.find("service").property("versions")
    return most


def media_type(name: str, announced: str) -> str | None:
    """What the client says the bytes are, or what the name suggests; None where neither helps."""
    said = announced.partition(";")[0].strip().lower()
    if said in VAGUE:
        return mimetypes.guess_type(name)[0]
    return said
