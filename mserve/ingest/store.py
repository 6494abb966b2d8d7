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
from mserve.resources.spool import Spool
from mserve.resources.version import Version
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

    The update workflow starts if `process`; of a file that was reserved the ingest workflow, as
    this is the first content that it has.
    """
    depend_on(mfile.above())
    need_change(mfile)
    former = mfile.replace(content, announced)
    link(mfile)
    audit.record(mfile, Action.REPLACE, _told(former.content), _told(content))
    begun, mfile.reserved = mfile.reserved, False
    freed = former.content.size if begun else _keep(mfile, former)
    mfile.site.changed(mfile, mfile.find("service"))
    usage.keep(mfile.lineage(), content.size - freed, mfile.modified, files=0)
    workflow = "ingest" if begun else "update"
    process = process and is_processed(mfile.find("service"), mfile.__name__ or "")
    return Stored(mfile, engine.start(mfile, workflow) if process else None, created=False)


def _told(content: Content) -> audit.Facts:
    return {"size": content.size, "sha256": content.sha256}


def _keep(mfile: Mfile, former: Version) -> int:
    """Keeps the former content as a version; returns the bytes of those that had to go."""
    mfile.add_version(former)
    most = mfile.find("service").property("versions")
    return sum(version.content.size for version in mfile.drop_versions(most))


def media_type(name: str, announced: str) -> str | None:
    """What the client says the bytes are, or what the name suggests; None where neither helps."""
    said = announced.partition(";")[0].strip().lower()
    if said in VAGUE:
        return mimetypes.guess_type(name)[0]
    return said


def reserve(folder: Branch, name: str, spool: Spool) -> Mfile:
    """The empty file of a lock on a name where nothing was (RFC 4918, 7.3); `spool` is empty.

    Its ingest workflow starts when content comes. Raises BadInput, NameTaken, LockTokenMissing.
    """
    check_folder(folder)
    folder.check_name(name)
    mfile = add(folder, name, spool.content(), media_type(name, ""), process=False).mfile
    mfile.reserved = True
    return mfile
