"""Chores: what a scheduler does now and then, beside its sweeps. Any number may do them at once."""

import logging
from functools import partial
from typing import Any

from mserve import database
from mserve.booking import book
from mserve.booking import clear as clear_booked
from mserve.booking import forget as forget_journal
from mserve.expiring import expire_rows
from mserve.folding import fold, forget_tellers
from mserve.front_log import FrontLog
from mserve.indexing import index_changes
from mserve.ingest import locks, settled, tidying
from mserve.ingest.trash import purge_expired
from mserve.people.quota_letters import warn_of_quotas
from mserve.resources import audit, audit_keys, clock
from mserve.resources.limiting import settle as settle_payer
from mserve.resources.partial import Partial
from mserve.settings import Settings
from mserve.tasks.access import start_accessed
from mserve.tasks.periodic import start_due
from mserve.tasks.queue import Queues
from mserve.tasks.refusals import settle as settle_refusals
from mserve.tasks.rounds import carry_on
from mserve.tasks.scheduler import Chore
from mserve.tasks.settling import settle
from mserve.tasks.used import settle_used

log = logging.getLogger(__name__)

BATCH = 100  # things in one transaction
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400  # seconds
PACKED = "mserve:packed"


def empty_trash(db: Any, settings: Settings, queues: Queues) -> None:
    """Removes for good what has been in the trash for its time."""
    gone = BATCH
    while gone == BATCH:
        gone = database.run(db, lambda site: purge_expired(site, clock.now(), BATCH))


def pack(db: Any, settings: Settings, queues: Queues) -> None:
    """Once a day frees the bytes of what is used no more: contents, and records of the tree.

    What was there `settings.pack_days` days ago can still be undone.
    """
    if queues.redis.set(PACKED, clock.now(), nx=True, ex=DAY):
        log.info("packing what was left behind %d days ago", settings.pack_days)
        db.pack(days=settings.pack_days)


def end_uploads(db: Any, settings: Settings, queues: Queues) -> None:
    """Gives up the uploads from which nothing has come for a day, with their bytes."""
    folder = db.storage.temporaryDirectory()
    after: str | None = ""
    while after is not None:
        after = database.run(db, partial(_end_uploads, folder, after))


def _end_uploads(folder: str, after: str, site: Any) -> str | None:
    """Looks at the next few uploads after the id `after`; returns the last one's id."""
    page = site.uploads.page(BATCH, after)
    for id, upload in page:
        so_far = Partial(folder, id)
        if upload.expires(so_far.changed) <= clock.now():
            site.uploads.discard(id)
            _note_end(upload)
            so_far.discard()
    return page[-1][0] if page else None


def _note_end(upload: Any) -> None:
    if upload.__parent__.in_tree:
        audit.record(upload.__parent__, audit.Action.UPLOAD_END, {"upload": upload.id})


def settle_payers(db: Any, settings: Settings, queues: Queues) -> None:
    """Makes what counts for users with quotas what their accounts say, where they used something
    while the first quota was set."""
    for id in database.run(db, lambda site: [*site.payers]):
        database.run(db, partial(settle_payer, id))


def forget_events(db: Any, settings: Settings, queues: Queues) -> None:
    """Lets go of what the audit log has kept for its time, by whole weeks; begins the next one."""
    database.run(db, partial(_forget_events, settings.audit_days))


def _forget_events(days: int, site: Any) -> None:
    now = clock.now()
    site.audit.part(now + audit_keys.PART)
    if days:
        site.audit.drop(now - days * DAY * clock.SECOND)


def forget_locks(db: Any, settings: Settings, queues: Queues) -> None:
    """Lets go of the locks that have ended by themselves."""
    after: str | None = ""
    while after is not None:
        after = database.run(db, partial(locks.sweep, after=after, limit=BATCH))


def begin_empty(db: Any, settings: Settings, queues: Queues) -> None:
    """Has work begin on new files of WebDAV that stay empty."""
    after: str | None = ""
    while after is not None:
        after = database.run(db, partial(settled.sweep, after=after, limit=BATCH))


def tidy_up(db: Any, settings: Settings, queues: Queues) -> None:
    """Removes programs' own files where a service wants that, some days after they came."""
    for id in database.run(db, _tidy_services):
        after: str | None = ""
        while after is not None:
            after = database.run(db, partial(_tidy, id, after))


def _tidy_services(site: Any) -> list[str]:
    services = (
        each for container in site.children.values() for each in container.children.values()
    )
    return [each.id for each in services if each.property("temporary_days") is not None]


def _tidy(id: str, after: str, site: Any) -> str | None:
    service = site.ids.get(id)
    return None if service is None else tidying.tidy(service, after, BATCH)


CHORES = (
    Chore(start_due, every=0.0),
    Chore(carry_on, every=0.0),
    Chore(start_accessed, every=0.0),
    Chore(settle_refusals, every=0.0),
    Chore(index_changes, every=0.0),
    Chore(settle, every=0.0),
    Chore(fold, every=0.0),
    Chore(FrontLog().count, every=0.0),
    Chore(book, every=0.0),
    Chore(clear_booked, every=MINUTE / 4),
    Chore(warn_of_quotas, every=0.0),
    Chore(settle_used, every=MINUTE),
    Chore(expire_rows, every=MINUTE),
    Chore(begin_empty, every=MINUTE),
    Chore(empty_trash, every=HOUR),
    Chore(end_uploads, every=HOUR),
    Chore(forget_events, every=HOUR),
    Chore(forget_locks, every=HOUR),
    Chore(forget_journal, every=HOUR),
    Chore(forget_tellers, every=HOUR),
    Chore(tidy_up, every=HOUR),
    Chore(settle_payers, every=HOUR),
    Chore(pack, every=HOUR),
)
