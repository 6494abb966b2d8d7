"""Content comes in: a new Mfile, or new content for one that is there."""

import mimetypes
from dataclasses import dataclass

from mserve.errors import BadInput, NameTaken
from mserve.ingest.contents import count_contents, count_former, most_versions, need_growth
from mserve.ingest.folders import place
from mserve.ingest.leftovers import check_taken, is_processed
from mserve.resources import audit, metering
from mserve.resources.audit import Action
from mserve.resources.content import Content
from mserve.resources.figure import Figure, Figures
from mserve.resources.guard import need_change
from mserve.resources.job import Job
from mserve.resources.mark import typed
from mserve.resources.marking import mark_new
from mserve.resources.metrics import INGEST, VERSIONS
from mserve.resources.mfile import UNKNOWN, Mfile
from mserve.resources.node import Branch, Node, depend_on
from mserve.resources.provenance import link
from mserve.resources.quota import need, upload
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
    mfile = enter(folder, name, content, announced)
    count_new(mfile, mfile.created, {INGEST: Figure.of(content.size)})
    process = process and is_processed(folder.find("service"), name)
    return Stored(mfile, engine.start(mfile, "ingest") if process else None, created=True)


def enter(
    folder: Branch, name: str, content: Content, announced: str | None, *, found: bool = True
) -> Mfile:
    """A new file, which usage does not count so far; searches find it if `found`.

    Raises NameTaken.
    """
    check_taken(folder.find("service"), name)
    need(folder, upload(content.size))
    mfile = Mfile(content, announced)
    place(mfile, folder, name, found=found)
    link(mfile)
    audit.record(mfile, Action.CREATE, after={"type": "mfile", **_told(content)})
    return mfile


def count_new(mfile: Mfile, moment: int, more: Figures) -> None:
    """Usage: from `moment` (µs) on there is the file with its content; and `more`."""
    mark = mark_new(mfile)
    changes = metering.kept(mfile.content.size, moment, 1) | more
    metering.enter(mfile.lineage(), changes, moment, mark.payer, mark.tags)


def replace(mfile: Mfile, spool: Spool, announced: str = "", came: int | None = None) -> Stored:
    """New content for a name that is there, and its update workflow.

    `came`: how many of the bytes have come in, if not all.
    """
    need_change(mfile)
    said = media_type(mfile.__name__ or "", announced)
    size = spool.size if came is None else came
    need_growth(mfile, spool.size, size)
    metering.report(mfile.lineage(), INGEST, size, tags=typed(said or UNKNOWN))
    return supersede(mfile, spool.content(), said)


def supersede(
    mfile: Mfile, content: Content, announced: str | None, process: bool = True
) -> Stored:
    """Gives the name to `content`; the former one becomes a version.

    The update workflow starts if `process`. Of a file that was reserved, the ingest workflow, as
    this is the first content that it has; none, where it stays empty.
    """
    depend_on(mfile.above())
    need_change(mfile)
    need_growth(mfile, content.size)
    copied, begun = mfile.copied, mfile.reserved
    former = mfile.replace(content, announced)
    note_replaced(mfile, former.content, content)
    _count_change(mfile, former, copied=copied, begun=begun)
    process = process and is_processed(mfile.find("service"), mfile.__name__ or "")
    if begun and not content.size:
        return Stored(mfile, None, created=False)
    mfile.begin()
    workflow = "ingest" if begun else "update"
    return Stored(mfile, engine.start(mfile, workflow) if process else None, created=False)


def _count_change(mfile: Mfile, former: Version, *, copied: bool, begun: bool) -> None:
    """begun: the former content was none, as the file was reserved."""
    if mfile.awaited is None:
        count_former(mfile, former, copied, kept=not begun)
        gone = [former] if begun else _keep(mfile, former)
        count_contents(mfile, gone, None if begun else VERSIONS)
    elif mfile.content.size:
        mfile.awaited = None
        count_new(mfile, mfile.modified, {})


def note_replaced(mfile: Mfile, former: Content, content: Content) -> None:
    """Has those know who are to."""
    mfile.keep_name()
    link(mfile)
    mfile.site.changed(mfile, mfile.find("service"))
    audit.record(mfile, Action.REPLACE, _told(former), _told(content))


def _told(content: Content) -> audit.Facts:
    return {"size": content.size, "sha256": content.sha256}


def _keep(mfile: Mfile, former: Version) -> list[Version]:
    """Keeps the former content as a version; returns those that had to go."""
    mfile.add_version(former)
    return mfile.drop_versions(most_versions(mfile))


def media_type(name: str, announced: str) -> str | None:
    """What the client says the bytes are, or what the name suggests; None where neither helps."""
    said = announced.partition(";")[0].strip().lower()
    if said in VAGUE:
        return mimetypes.guess_type(name)[0]
    return said
