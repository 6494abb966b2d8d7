"""Booking: what the journal has got is added to the rows of the accounts, by one scheduler.

A parcel is among those that are booked by the transaction that adds it up, so it counts once.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from mserve import database
from mserve.resources import clock
from mserve.resources.entry import WIDTH, Entry, accounts_of
from mserve.resources.figure import Figure, Figures, tally
from mserve.resources.file_usage import FileUsage
from mserve.resources.line import is_something
from mserve.resources.metering import stored
from mserve.resources.period import DAY_LONG, Grain, around
from mserve.resources.posting import keys_of
from mserve.resources.pouring import pour
from mserve.resources.rows import add
from mserve.resources.signature import Signatures
from mserve.resources.sums import Sums
from mserve.settings import Settings
from mserve.taking_turns import of_writers
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole

BOOKING = "mserve:booking"
BATCH = 40  # parcels in one transaction, each of some five that have reported
Changes = dict[str, dict[str, Figure]]
"""By account and row."""


def book(db: Any, settings: Settings, queues: Queues) -> None:
    """Empties the lanes, and books all that is pending, unless another scheduler is at it."""
    with sole(queues, BOOKING) as lock:
        if lock is not None:
            _empty_lanes(db, settings)
        booked = BATCH if lock is not None else 0
        while booked == BATCH:
            booked = database.run(db, book_listed)


def _empty_lanes(db: Any, settings: Settings) -> None:
    """While writers wait, who might empty the same."""
    with of_writers(settings).held():
        database.run(db, empty_lanes)


def clear(db: Any, settings: Settings, queues: Queues) -> None:
    """Takes what is booked off the list of what is pending, while writers wait.

    It changes what they write, so that those of other machines may conflict with it; so it is not
    done as often as that.
    """
    with sole(queues, BOOKING) as lock:
        cleared = BATCH if lock is not None else 0
        while cleared == BATCH:
            with of_writers(settings).held():
                cleared = database.run(db, lambda site: site.journal.clear(BATCH))


def book_some(site: Any, limit: int = BATCH) -> int:
    """Lists what is said, and books up to `limit` parcels, the oldest first; returns how many."""
    site.journal.gather()
    return book_listed(site, limit)


def book_listed(site: Any, limit: int = BATCH) -> int:
    """The same of what is listed."""
    waiting, batch = site.journal.waiting(limit), Batch(site)
    for key, parcel in waiting:
        booked = site.journal.keep(key, parcel)
        for entry in parcel.entries:
            batch.take(entry, entry.counted(booked))
    batch.write()
    return len(waiting)


def empty_lanes(site: Any) -> None:
    """Puts what lanes have into the sums, and lists what is said there."""
    site.journal.gather()
    pour_all(site)


def pour_all(site: Any) -> None:
    """Puts what lanes have into the sums."""
    pour(site, None, clock.now())


class Batch:
    """Entries that are booked together: those of five minutes (of files: of a day), of the same
    accounts and about the same, are added up before anything is looked up.
    """

    def __init__(self, site: Any) -> None:
        self.site = site
        self.files, self.above = Sums(file=True), Sums(file=False)
        self.signatures = Signatures(site)

    def take(self, entry: Entry, counted: int) -> None:
        """The entry counts at `counted` (µs)."""
        self.signatures.sign(entry, counted)
        if entry.file:
            day = around(Grain.DAY, counted).start
            self.files.add(entry, entry.accounts[:WIDTH], day)
        if above := entry.above:
            self.above.add(entry, above, around(Grain.STEP, counted).start)

    def write(self) -> None:
        """Adds all to the accounts."""
        _post_files(self.site, self.files)
        _post(self.site, self.above)
        self.signatures.write()


def _post_files(site: Any, entries: Iterable[Entry]) -> None:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.accounts.hex()].append(entry)
    for account in sorted(found):
        site.series.post(account, found[account])


def _post(site: Any, entries: Iterable[Entry]) -> None:
    """What entries change in each row is added up, so that it is written once."""
    changes: Changes = defaultdict(dict)
    for entry in entries:
        for id in entry.ids():
            for key, change in keys_of(entry, id):
                tally(changes[id.hex()], key, change)
    for account in sorted(changes):
        rows = site.series.rows(account)
        for key, change in changes[account].items():
            add(rows, key, change)


def open_account(site: Any, node: Any) -> None:
    """Books what a node has used so far, before there was a journal, at when it came."""
    accounts = accounts_of([node.id])
    if node.type != "mfile":
        _post(site, [Entry(node.created, accounts, stored(dict(node.usage.figures)))])
    elif reports := stored(_lacking(site, node)):
        day = around(Grain.DAY, node.created).start
        site.series.post(node.id, [Entry(day, accounts, reports, file=True)])


def _lacking(site: Any, mfile: Any) -> Figures:
    """What a file had used by itself, and its account does not say."""
    if mfile.former_usage is None:
        return {}
    told = FileUsage(site, mfile.id)
    known = mfile.former_usage.figures.items()
    lacking = {metric: figure.minus(told.get(metric)) for metric, figure in known}
    return {metric: figure for metric, figure in lacking.items() if is_something(figure)}


def forget(db: Any, settings: Settings, queues: Queues) -> None:
    """Lets go of what the journal has kept for its time, by whole weeks."""
    if days := settings.usage.usage_days:
        moment = clock.now() - days * DAY_LONG
        database.run(db, lambda site: site.journal.drop(moment))
