"""What the scheduler does now and then: the trash goes when its time is over, and bytes with it."""

from pathlib import Path
from typing import Any

from mserve import chores, database, ingest
from mserve.resources import clock
from mserve.resources.spool import Spool, directory
from mserve.settings import Settings
from mserve.tasks.queue import Queues

DAY = 86_400 * clock.SECOND


def store(site: Any, body: bytes) -> Any:
    spool = Spool(directory(site))
    spool.write(body)
    spool.close()
    return ingest.create(site["demo"]["files"], "a", spool).mfile


def blobs(settings: Settings) -> list[Path]:
    return [*(settings.data / "blobs").rglob("*.blob")]


def put_into_the_past(site: Any, days: int) -> None:
    """As if everything in the trash had been removed `days` days ago."""
    for trashed in [*site["demo"]["files"].all_trash()]:
        site.expiring.discard(trashed.expiry_key)
        trashed.expires -= days * DAY
        site.expiring[trashed.expiry_key] = trashed


def test_the_trash_is_emptied_when_its_time_is_over(
    db: Any, settings: Settings, queues: Queues
) -> None:
    database.run(db, lambda site: store(site, b"12345"))
    database.run(db, lambda site: ingest.remove(site["demo"]["files"]["a"]))
    left = lambda: database.run(db, lambda site: len([*site["demo"]["files"].all_trash()]))  # noqa: E731
    chores.empty_trash(db, settings, queues)
    assert left() == 1
    database.run(db, lambda site: put_into_the_past(site, 31))
    chores.empty_trash(db, settings, queues)
    assert left() == 0


def test_packing_frees_the_bytes_of_what_is_gone(
    db: Any, settings: Settings, queues: Queues
) -> None:
    database.run(db, lambda site: store(site, b"12345"))
    database.run(db, lambda site: site["demo"]["files"].set_properties({"trash_days": 0}))
    database.run(db, lambda site: ingest.remove(site["demo"]["files"]["a"]))
    assert len(blobs(settings)) == 1
    db.pack()
    assert blobs(settings) == []
    assert queues.redis.get(chores.PACKED) is None
    chores.pack(db, settings, queues)
    assert queues.redis.get(chores.PACKED) is not None
