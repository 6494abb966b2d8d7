"""Reserved files: the empty ones that clients of WebDAV make before they send the content.

The ingest workflow runs once, when content comes. A file that stays empty is ingested as it is,
once the last lock on it is ended by UNLOCK; or by the sweep, when it is not locked and some time
old.
"""

from typing import Any

from mserve.ingest.leftovers import is_processed
from mserve.ingest.store import Stored, add, check_folder, media_type
from mserve.resources import clock
from mserve.resources.lock import covering
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.spool import Spool
from mserve.tasks import engine

PATIENCE = 60 * clock.SECOND
"""How old (µs) an empty file is at least that no lock holds, before it is taken to stay so."""


def reserve(folder: Branch, name: str, spool: Spool, announced: str = "") -> Stored:
    """A new empty file of which no job starts; `spool` is empty.

    Raises BadInput, NameTaken, LockTokenMissing.
    """
    check_folder(folder)
    folder.check_name(name)
    stored = add(folder, name, spool.content(), media_type(name, announced), process=False)
    hold(stored.mfile)
    return stored


def hold(mfile: Mfile) -> None:
    """Has its content to come yet."""
    mfile.reserved = True
    mfile.site.reserved[mfile.id] = mfile


def settle(node: Any) -> None:
    """What is reserved, and not locked any more, stays as it is: its ingest workflow starts."""
    if not isinstance(node, Mfile) or not node.reserved or any(covering(node)):
        return
    node.begin()
    if is_processed(node.find("service"), node.__name__ or ""):
        engine.start(node, "ingest")


def sweep(site: Any, after: str | None, limit: int) -> str | None:
    """Settles those of the next `limit` after that key that are old; returns the last key.

    What is in the trash waits there until it is restored.
    """
    page = site.reserved.page(limit, after)
    for id, mfile in page:
        if not mfile.reserved:
            site.reserved.discard(id)
        elif mfile.in_tree and clock.now() - (mfile.since or mfile.created) > PATIENCE:
            settle(mfile)
    return page[-1][0] if page else None
