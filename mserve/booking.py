"""Booking: what the journal has got is added to the rows of the accounts, by one scheduler.

A parcel leaves the journal's pending ones in the transaction that books it, so it counts once.
"""

from collections import defaultdict
from typing import Any

from mserve import database
from mserve.resources import clock
from mserve.resources.figure import NOTHING, Figure
from mserve.resources.journal import Entry, packed
from mserve.resources.period import DAY_LONG
from mserve.resources.series import add, keys_of
from mserve.resources.signature import sign
from mserve.resources.usage import stored
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole

BOOKING = "mserve:booking"
BATCH = 200  # parcels in one transaction
Changes = dict[str, dict[str, Figure]]
"""By account and row."""


def book(db: Any, settings: Settings, queues: Queues) -> None:
    """Books all that is pending, unless another scheduler is at it."""
    with sole(queues, BOOKING) as lock:
        booked = BATCH if lock is not None else 0
        while booked == BATCH:
            booked = database.run(db, book_some)


def book_some(site: Any, limit: int = BATCH) -> int:
    """Books up to `limit` parcels, the oldest first; returns how many."""
    waiting = site.journal.waiting(limit)
    changes: Changes = defaultdict(dict)
    for key, parcel in waiting:
        booked = site.journal.keep(key, parcel)
        for entry in parcel.entries:
            counted = entry.counted(booked)
            _gather(changes, entry._replace(booked=counted))
            sign(site, entry, counted)
    for account in sorted(changes):
        rows = site.series.rows(account)
        for key, change in changes[account].items():
            add(rows, key, change)
    return len(waiting)


def _gather(changes: Changes, entry: Entry) -> None:
    """Adds up what the entry changes, so that each row is written once."""
    for id in entry.ids():
        rows = changes[id.hex()]
        for key, change in keys_of(entry, id):
            rows[key] = rows.get(key, NOTHING).plus(change)


def open_account(site: Any, node: Any) -> None:
    """Books what a node has used so far, before there was a journal, at when it came."""
    reports, file = stored(dict(node.usage.figures)), node.type == "mfile"
    _add(site, Entry(node.created, packed([node.id]), reports, file=file))


def _add(site: Any, entry: Entry) -> None:
    """Books an entry that is in no journal."""
    changes: Changes = defaultdict(dict)
    _gather(changes, entry)
    for account, rows in changes.items():
        for key, change in rows.items():
            add(site.series.rows(account), key, change)


def forget(db: Any, settings: Settings, queues: Queues) -> None:
    """Lets go of what the journal has kept for its time, by whole weeks."""
    if days := settings.usage.usage_days:
        moment = clock.now() - days * DAY_LONG
        database.run(db, lambda site: site.journal.drop(moment))
