"""What the scheduler does now and then: the trash goes when its time is over, and bytes with it."""

from pathlib import Path
from typing import Any

from mserve import chores, database, indexing, ingest
from mserve.resources import clock, unindexed
from mserve.resources.spool import Spool, directory
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from tests.unit.support import writers

DAY = 86_400 * clock.SECOND


def store(site: Any, body: bytes) -> Any:
    spool = Spool(directory(site))
    spool.write(body)
    spool.close()
    return ingest.create(site["demo"]["files"], "a", spool).mfile


def blobs(settings: Settings) -> list[Path]:
    """Those that have bytes; there is one without, that empty files share."""
    return [each for each in (settings.data / "blobs").rglob("*.blob") if each.stat().st_size]


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

    def left() -> int:
        return database.run(db, lambda site: len([*site["demo"]["files"].all_trash()]))

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


def found(site: Any, words: str) -> int:
    return len(site["demo"]["files"].catalog.contains(words))


def describe(site: Any, title: str) -> None:
    mfile = site["demo"]["files"]["a"]
    mfile.metadata = {"title": title}
    site.changed(mfile, site["demo"]["files"])


def test_what_changes_while_it_is_indexed_is_indexed_again(db: Any, settings: Settings) -> None:
    database.run(db, lambda site: store(site, b"12345"))
    keys = database.run(db, indexing.index_some)
    database.run(db, lambda site: describe(site, "whiskers"))
    database.run(db, lambda site: indexing.note_indexed(keys, site))
    assert not database.run(db, lambda site: found(site, "whiskers"))
    assert indexing.index_batch(db, settings) == 1
    assert database.run(db, lambda site: found(site, "whiskers")) == 1
    assert indexing.index_batch(db, settings) == 0


def test_indexing_that_was_killed_in_the_middle_is_done_again(db: Any, settings: Settings) -> None:
    database.run(db, lambda site: store(site, b"12345"))
    database.run(db, lambda site: describe(site, "whiskers"))
    database.run(db, indexing.index_some)  # and nothing is taken off the list
    assert indexing.index_batch(db, settings) == 2  # two changes of one file
    assert database.run(db, lambda site: found(site, "whiskers")) == 1


def test_one_scheduler_indexes_at_a_time(db: Any, settings: Settings, queues: Queues) -> None:
    database.run(db, lambda site: store(site, b"12345"))
    queues.redis.set(indexing.INDEXING, 1)
    indexing.index_changes(db, settings, queues)
    assert database.run(db, lambda site: unindexed.waiting(site, 1))
    queues.redis.delete(indexing.INDEXING)
    indexing.index_changes(db, settings, queues)
    assert not database.run(db, lambda site: unindexed.waiting(site, 1))
    assert queues.redis.get(indexing.INDEXING) is None


def test_uploads_and_the_indexer_do_not_meet(db: Any) -> None:
    database.run(db, lambda site: store(site, b"12345"))
    with writers(db, 2) as (indexer, uploader):
        indexing.index_some(indexer.site)
        describe(uploader.site, "whiskers")
        uploader.commit()
        indexer.commit()
