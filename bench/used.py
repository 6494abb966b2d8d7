"""A year of a site's life, past the doors and on a stack that stands still: files, and their usage.

Files are copies of a few, so that no bytes are written; each is an object with its marks, its own
figures and rows, as any upload. Each service gets its files at some moments of the year. What came
is booked as schedulers do, but not indexed for the search.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from bench.fill import spool
from mserve import booking, ingest, provision
from mserve.database import open_database, run
from mserve.resources import clock, unindexed
from mserve.resources.asker import Asker, asked_by
from mserve.resources.figure import Figure
from mserve.resources.mark import Mark
from mserve.resources.metering import enter
from mserve.resources.metrics import INGEST, TASK
from mserve.resources.period import DAY_LONG
from mserve.settings import Settings

SERVICES, DAYS, ARRIVALS = 10, 365, 50
TYPES = ("image/jpeg", "video/mp4", "text/plain", "application/pdf", "audio/flac")
SIZE = 1000
SOURCES = "sources"


class Place(NamedTuple):
    """A service: which container's, the how manyth, and the id of its customer's key."""

    container: int
    number: int
    key: str


@contextmanager
def tree(data: Path) -> Iterator[Any]:
    """The database in the data folder of a stack that is stopped."""
    uri = f"file://{data}/Data.fs?blobstorage_dir={data}/blobs&connection_cache_size=50000"
    db = open_database(Settings.parse({"mserve.data": str(data), "zodbconn.uri": uri}))
    try:
        yield db
    finally:
        db.close()


def make(db: Any, containers: int) -> list[Place]:
    """Containers with their services, and the files that all are copies of."""
    room = db.storage.temporaryDirectory()
    spools = {type: spool(room, f"{type}\n".ljust(SIZE).encode()) for type in TYPES}
    run(db, lambda site: _make_sources(site, spools))
    for each in spools.values():
        each.discard()
    return [place for number in range(containers) for place in run(db, partial(_make, number))]


def _make_sources(site: Any, spools: dict[str, Any]) -> None:
    folder = ingest.make_folders(site["demo"]["files"], (SOURCES,))
    for number, (type, body) in enumerate(spools.items()):
        ingest.create(folder, str(number), body, type)


def _make(number: int, site: Any) -> list[Place]:
    container, _ = provision.make_container(site, f"c{number}")
    made = (provision.make_service(container, f"s{n}") for n in range(SERVICES))
    return [Place(number, n, keys[1][0].id) for n, (_, keys) in enumerate(made)]


def use(db: Any, places: list[Place], batch: str, files: int) -> None:
    """So many files more, of names with `batch`, came to each service, on ARRIVALS days."""
    for number, place in enumerate(places):
        run(db, partial(_use, place, batch, files // ARRIVALS))
        if number % SERVICES == SERVICES - 1:
            with patch("mserve.resources.entry.open_since", return_value=0):  # as it came
                while run(db, booking.book_some):
                    run(db, lambda site: site.journal.clear(booking.BATCH))
            while run(db, _forget_changes):
                pass


def _use(place: Place, batch: str, files: int, site: Any) -> None:
    service = site[f"c{place.container}"][f"s{place.number}"]
    begin = (clock.now() - DAYS * DAY_LONG) // DAY_LONG * DAY_LONG
    with asked_by(Asker(f"key:{place.key}", "rest", payer=(place.key,))):
        for arrival in range(ARRIVALS):
            day = (arrival * DAYS // ARRIVALS + place.container + place.number) % DAYS
            kind = (arrival + place.number) % len(TYPES)
            with patch.object(clock, "now", return_value=begin + day * DAY_LONG):
                _arrive(site, service, kind, [f"{batch}-{arrival}-{n}" for n in range(files)])


def _arrive(site: Any, service: Any, kind: int, names: list[str]) -> None:
    source = site["demo"]["files"][SOURCES][str(kind)]
    for name in names:
        made = ingest.copy(source, service, name)
    mark: Mark = made.marks[made.version]
    changes = {INGEST: Figure.of(*[SIZE] * len(names)), TASK: Figure.of(*[1] * len(names))}
    enter(service.lineage(), changes, clock.now(), mark.payer, mark.tags)


def _forget_changes(site: Any) -> int:
    found = unindexed.waiting(site, 1000)
    unindexed.discard(site, found)
    return len(found)
