"""Booking: what the journal has got is added to the rows of the accounts, by one scheduler.

A parcel leaves the journal's pending ones in the transaction that books it, so it counts once.
"""

from collections import defaultdict
from typing import Any

from mserve import database
from mserve.resources import clock
from mserve.resources.figure import Figure, tally
from mserve.resources.journal import WIDTH, Entry, accounts_of
from mserve.resources.period import DAY_LONG, Grain, around
from mserve.resources.series import add, keys_of
from mserve.resources.signature import Signatures
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
    waiting, batch = site.journal.waiting(limit), Batch(site)
    for key, parcel in waiting:
        booked = site.journal.keep(key, parcel)
        for entry in parcel.entries:
            batch.take(entry, entry.counted(booked))
    batch.write()
    return len(waiting)


class Batch:
    """Entries that are booked together: those of five minutes, of the same accounts and about the
    same, are added up before anything is looked up.
    """

    def __init__(self, site: Any) -> None:
        self.site = site
        self.sums: dict[tuple[Any, ...], dict[str, Figure]] = {}
        self.signatures = Signatures(site)

    def take(self, entry: Entry, counted: int) -> None:
        """The entry counts at `counted` (µs)."""
        self.signatures.sign(entry, counted)
        step = around(Grain.STEP, counted).start
        above = entry.accounts
        if entry.file:
            above = entry.accounts[WIDTH:]
            self._sum(entry, entry.accounts[:WIDTH], step)
        if above:
            self._sum(entry, above, step)

    def _sum(self, entry: Entry, accounts: bytes, step: int) -> None:
        file = entry.file and accounts == entry.accounts[:WIDTH]
        sums = self.sums.setdefault((accounts, entry.tags, entry.shares, file, step), {})
        for metric, report in entry.reports:
            tally(sums, metric, Figure(*report))

    def write(self) -> None:
        """Adds all to the rows."""
        changes: Changes = defaultdict(dict)
        for (accounts, tags, shares, file, step), sums in self.sums.items():
            reports = tuple((metric, tuple(figure)) for metric, figure in sums.items())
            _gather(changes, Entry(step, accounts, reports, tags, file, shares))
        _write(self.site, changes)
        self.signatures.write()


def _gather(changes: Changes, entry: Entry) -> None:
    """Adds up what entries change in each row, so that it is written once."""
    for id in entry.ids():
        rows = changes[id.hex()]
        for key, change in keys_of(entry, id):
            tally(rows, key, change)


def _write(site: Any, changes: Changes) -> None:
    for account in sorted(changes):
        rows = site.series.rows(account)
        for key, change in changes[account].items():
            add(rows, key, change)


def open_account(site: Any, node: Any) -> None:
    """Books what a node has used so far, before there was a journal, at when it came."""
    reports, file = stored(dict(node.usage.figures)), node.type == "mfile"
    changes: Changes = defaultdict(dict)
    _gather(changes, Entry(node.created, accounts_of([node.id]), reports, file=file))
    _write(site, changes)


def forget(db: Any, settings: Settings, queues: Queues) -> None:
    """Lets go of what the journal has kept for its time, by whole weeks."""
    if days := settings.usage.usage_days:
        moment = clock.now() - days * DAY_LONG
        database.run(db, lambda site: site.journal.drop(moment))
