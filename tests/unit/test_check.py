"""`mserve check` finds what is amiss, and mends what can be mended."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve import booking, database, evolve, ingest
from mserve.check import Finding, Scope, check
from mserve.resources import audit_keys, clock, metering
from mserve.resources.audit_keys import new_key
from mserve.resources.chunks import Chunks
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.resources.round import Errand
from mserve.resources.rows import IN_ALL, Dimension, row_key
from mserve.resources.schedule import Schedule
from mserve.resources.spool import Spool, directory
from mserve.settings import Settings
from mserve.tasks import rounds

ALL = Scope(digests=True, age=0)
MEND = Scope(repair=True, digests=True, age=0)


@pytest.fixture
def db(settings: Settings) -> Iterator[Any]:
    """A tree with two files, one of two versions, and one in the trash."""
    evolve.ensure(settings)
    db = database.open_database(settings)
    for name, body in (("a", b"one"), ("a", b"two!"), ("b", b"three"), ("c", b"123456")):
        database.run(db, lambda site, name=name, body=body: store(site, name, body))
    database.run(db, lambda site: ingest.remove(site["demo"]["files"]["c"]))
    yield db
    db.close()


def store(site: Any, name: str, body: bytes) -> None:
    spool = Spool(directory(site))
    spool.write(body)
    spool.close()
    ingest.put(site["demo"]["files"], name, spool)
    spool.discard()


def found(db: Any, scope: Scope = ALL) -> list[Finding]:
    return list(check(db, scope))


def path_of(db: Any, name: str) -> Path:
    return Path(database.run(db, lambda site: site["demo"]["files"][name].content.path))


def test_a_sound_tree_has_no_findings(db: Any) -> None:
    assert found(db) == []


def test_bytes_that_are_gone_are_found_and_not_called_mended(db: Any) -> None:
    path_of(db, "b").unlink()
    [finding] = found(db, MEND)
    assert (finding.kind, finding.where, finding.mended) == ("content", "/demo/files/b", False)


def test_bytes_that_changed_are_found(db: Any) -> None:
    for body, words in ((b"THREE", "SHA-256"), (b"3", "should have 5 bytes")):
        path_of(db, "b").chmod(0o600)
        path_of(db, "b").write_bytes(body)
        [finding] = found(db)
        assert words in finding.what


def test_orphans_are_found_and_removed(db: Any) -> None:
    blob = path_of(db, "b")
    orphan = blob.with_name(f"0x{'00' * 7}01.blob")
    orphan.write_bytes(b"left by a killed process")
    left = Path(db.storage.temporaryDirectory(), "spool-left")
    left.write_bytes(b"too")
    taken = blob.with_name(f"0x{'00' * 8}abcd.tmp")
    taken.write_bytes(b"on its way to be a blob")
    assert {finding.where for finding in found(db)} == {str(orphan), str(left), str(taken)}
    assert found(db, Scope(age=3600)) == []
    assert all(finding.mended for finding in found(db, MEND))
    assert not orphan.exists()
    assert not left.exists()
    assert not taken.exists()
    assert blob.exists()
    assert found(db) == []


def test_chunks_of_an_upload_are_left_to_the_scheduler(db: Any) -> None:
    chunks = Chunks(db.storage.temporaryDirectory(), "key:1", "one")
    chunks.make(1)
    spool = chunks.spool()
    spool.close(durable=False)
    chunks.place("2", spool.path)
    assert found(db, MEND) == []
    assert [each.name for each in chunks.listed()] == ["2"]


def test_wrong_sums_are_found_and_mended(db: Any) -> None:
    def spoil(site: Any) -> None:
        metering.keep([site["demo"]], 7, 1, files=1)

    database.run(db, spoil)
    assert {finding.where for finding in found(db)} == {"/demo"}
    assert all(finding.mended for finding in found(db, MEND))
    assert found(db) == []


def test_accounts_that_say_otherwise_than_the_sums_are_found_and_mended(db: Any) -> None:
    def spoil(site: Any) -> None:
        booking.book_some(site)
        rows = site.series.rows(site["demo"].id)
        del rows[row_key(IN_ALL, Dimension.WHOLE, "file")]

    database.run(db, spoil)
    assert {finding.where for finding in found(db)} == {"/demo"}
    assert ["in all lacks" in each.what for each in found(db)] == [True]
    assert all(finding.mended for finding in found(db, MEND))
    assert found(db) == []


def test_stale_and_missing_index_entries_are_found_and_mended(db: Any) -> None:
    def spoil(site: Any) -> None:
        site.ids.discard(site["demo"]["files"]["b"].id)
        site.ids["gone"] = ingest.make_folder(site["demo"]["files"], "x")
        site["demo"]["files"].drop("x")
        site.due["nothing-0-0"] = (1, "normal", 0)

    database.run(db, spoil)
    assert len(found(db)) == 4
    assert all(finding.mended for finding in found(db, MEND))
    assert found(db) == []


def test_schedules_and_rounds_that_schedulers_do_not_find_are_mended(db: Any) -> None:
    sets = (TaskSet("", (TaskSpec("fetch", "fetch", {}),)),)
    workflows = {name: Workflow(sets, schedule=Schedule("0 0 * * *")) for name in "ab"}

    def make(site: Any) -> None:
        service = site["demo"]["files"]
        service.put_profile("default", workflows)
        for _ in range(2):
            rounds.begin(service, Errand("manual", "a"))

    def spoil(site: Any) -> None:
        service = site["demo"]["files"]
        site.schedules.discard(service.schedules["a"].key)
        site.schedules["0-0-nothing"] = service.schedules["a"]
        service.schedules.pop("b").leave()
        first, second = site.rounds
        site.rounds.discard(first)
        service.rounds[second].ended = 1

    database.run(db, make)
    assert found(db) == []
    database.run(db, spoil)
    assert len(found(db)) == 5
    assert all(finding.mended for finding in found(db, MEND))
    assert found(db) == []
    assert database.run(db, lambda site: len([*site.schedules])) == 2


def test_the_audit_log_is_looked_at(db: Any) -> None:
    def spoil(site: Any) -> None:
        [part] = site.audit.parts.values()
        part.enter(site.id, new_key(clock.now()))
        part.changes.enter(site["demo"]["files"].id, new_key(clock.now()))
        entry = next(site.audit.newest(""))
        entry.events = ()

    def misplace(site: Any) -> None:
        [part] = site.audit.parts.values()
        site.audit.parts[audit_keys.number_of(0)] = part

    assert [*check(db, ALL)] == []
    database.run(db, spoil)
    found = [(each.kind, each.what, each.mended) for each in check(db, MEND)]
    stale = ("audit", "the index names an event that is not there", True)
    assert found.count(stale) == 3  # its entry has no event of the node any more either
    assert ("audit", "the entry has no events", False) in found
    left = [each.what for each in check(db, ALL)]
    assert left == ["the entry has no events"]
    database.run(db, misplace)
    assert "the entry is not where it belongs" in {each.what for each in check(db, ALL)}


def test_a_deposit_that_is_gone_is_dropped_from_its_depositors_list(db: Any) -> None:
    def deposited(site: Any) -> None:
        for name in ("x", "y"):
            spool = Spool(directory(site))
            spool.write(b"deposited")
            spool.close()
            ingest.deposit(site["demo"]["files"], (name,), spool, "", ("key",))
            spool.discard()

    database.run(db, deposited)
    assert found(db) == []
    database.run(db, lambda site: setattr(site["demo"]["files"]["y"], "deposit", None))
    [finding] = found(db, MEND)
    assert (finding.kind, finding.mended) == ("index", True)
    assert found(db) == []
    kept = database.run(db, lambda site: [id for _, id in site.deposits.page("key", 9)])
    assert kept == [database.run(db, lambda site: site["demo"]["files"]["x"].id)]
