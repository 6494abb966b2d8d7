"""What stays empty of what was reserved (reserved.py), and is taken as it is.

That is when the last lock on it is ended by UNLOCK; or by the sweep, when it is not locked and some
time old. Where a quota has no room for one more file, it goes then.
"""

from typing import Any

from mserve.errors import OverQuota
from mserve.ingest.leftovers import is_processed
from mserve.ingest.store import count_new
from mserve.ingest.trash import remove
from mserve.resources import clock
from mserve.resources.asker import asked_by, who_asks
from mserve.resources.figure import Figure
from mserve.resources.lock import covering
from mserve.resources.metrics import INGEST
from mserve.resources.mfile import Mfile
from mserve.resources.quota import need, upload
from mserve.tasks import engine

PATIENCE = 60 * clock.SECOND
"""How old (µs) an empty file is at least that no lock holds, before it is taken to stay so."""


def settle(node: Any) -> None:
    """What is reserved, and not locked any more, stays as it is: its ingest workflow starts."""
    if not isinstance(node, Mfile) or not node.reserved or any(covering(node)):
        return
    if not _has_room(node):
        remove(node)
        return
    node.begin()
    _count(node)
    if is_processed(node.find("service"), node.__name__ or ""):
        engine.start(node, "ingest")


def _has_room(mfile: Mfile) -> bool:
    """Whether it is counted already, or can be."""
    try:
        need(mfile, upload(0, 0 if mfile.awaited is None else 1), payer=mfile.awaited)
    except OverQuota:
        return False
    return True


def _count(mfile: Mfile) -> None:
    """It is what its maker has brought, who pays for it; and searches find it."""
    payer, mfile.awaited = mfile.awaited, None
    if payer is not None:
        with asked_by(who_asks()._replace(payer=payer)):
            count_new(mfile, clock.now(), {INGEST: Figure.of(0)})
        mfile.site.changed(mfile, mfile.find("service"))


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
