"""An empty new file waits for its content; work on one that stays empty begins in the end."""

from typing import Any

import pytest

from mserve import chores, database, ingest, steps
from mserve.check import Scope, check
from mserve.ingest import settled
from mserve.resources import clock, unindexed
from mserve.resources.metrics import DISC_SPACE, INGEST
from mserve.resources.metrics import FILE as FILES
from tests.unit.dav.conftest import DRIVE
from tests.unit.dav.locking import given, lock, token_of, unlock
from tests.unit.locking import node_at
from tests.unit.support import Clock

FILE = f"{DRIVE}/a.txt"
SERVICE = "demo/files"
OLD = settled.PATIENCE / clock.SECOND + 1


@pytest.fixture
def later(monkeypatch: Any, db: Any, settings: Any, queues: Any) -> Any:
    """`later(seconds)`: that has passed, and the scheduler has looked."""
    present = Clock(monkeypatch, clock.rfc3339(clock.now()))

    def pass_by(seconds: float = OLD) -> None:
        present.pass_by(seconds)
        chores.begin_empty(db, settings, queues)

    return pass_by


@pytest.fixture
def ran(see: Any) -> Any:
    """`ran(path)`: the workflows that ran on the file, in no order, as the clock stands."""

    def look(site: Any, path: str) -> list[str]:
        return sorted(job.name for _, job in node_at(site, f"{SERVICE}/{path}").page_jobs(9))

    return lambda path="a.txt": see(lambda site: look(site, path))


def test_content_after_an_empty_put_is_the_first(dav: Any, ran: Any, later: Any, see: Any) -> None:
    made = dav("PUT", FILE, body=b"")
    assert (made.status_int, ran()) == (201, [])
    assert dav("PUT", FILE, body=b"").status_int == 204
    assert ran() == []
    dav("PUT", FILE, body=b"x")
    assert ran() == ["ingest"]
    dav("PUT", FILE, body=b"")
    assert ran() == ["ingest", "update"]
    later()
    assert ran() == ["ingest", "update"]
    versions = see(lambda site: [*node_at(site, f"{SERVICE}/a.txt").versions])
    assert versions == [3], "the empty ones before the first content are none"


def test_rest_brings_the_first_content_as_well(dav: Any, customer: Any, ran: Any) -> None:
    dav("PUT", FILE, body=b"")
    assert customer("PUT", "/demo/files/a.txt", body=b"x").json["job"]
    assert ran() == ["ingest"]
    assert customer("PUT", "/demo/files/b.txt", body=b"").json["job"], "on REST empty is empty"


def test_a_file_that_stays_empty_is_ingested_by_and_by(dav: Any, ran: Any, later: Any) -> None:
    dav("PUT", FILE, body=b"")
    later(OLD - 2)
    assert ran() == []
    later(2)
    assert ran() == ["ingest"]
    later(), dav("PUT", FILE, body=b"x")
    assert ran() == ["ingest", "update"]


def test_while_it_is_locked_it_waits(dav: Any, ran: Any, later: Any) -> None:
    lock(dav, FILE, Timeout="Second-600")
    later()
    assert ran() == []
    later(600)
    assert ran() == ["ingest"]


def test_the_last_unlock_says_that_it_stays_empty(dav: Any, ran: Any) -> None:
    tokens = [token_of(lock(dav, FILE, "shared")) for _ in range(2)]
    assert unlock(dav, FILE, tokens[0]).status_int == 204
    assert ran() == []
    assert unlock(dav, FILE, tokens[1]).status_int == 204
    assert ran() == ["ingest"]
    token = token_of(lock(dav, FILE))
    dav("PUT", FILE, body=b"x", headers=given(token))
    unlock(dav, FILE, token)
    assert ran() == ["ingest", "update"]


def test_it_waits_under_another_name_as_well(dav: Any, ran: Any, later: Any) -> None:
    dav("PUT", f"{DRIVE}/~$a.txt", body=b"")
    dav("MOVE", f"{DRIVE}/~$a.txt", headers={"Destination": FILE})
    assert ran() == []
    dav("COPY", FILE, headers={"Destination": f"{DRIVE}/b.txt"})
    dav("PUT", FILE, body=b"x")
    assert (ran(), ran("b.txt")) == (["ingest"], [])
    later()
    assert (ran(), ran("b.txt")) == (["ingest"], ["ingest"])


def test_on_programs_own_files_no_work_begins(dav: Any, ran: Any, later: Any) -> None:
    dav("PUT", f"{DRIVE}/._a.txt", body=b"")
    later()
    assert ran("._a.txt") == []
    dav("MOVE", f"{DRIVE}/._a.txt", headers={"Destination": FILE})
    assert ran() == ["ingest"]


def test_in_the_trash_it_waits(dav: Any, db: Any, see: Any, ran: Any, later: Any) -> None:
    dav("PUT", FILE, body=b""), dav("PUT", f"{DRIVE}/b.txt", body=b"")
    dav("DELETE", FILE), dav("DELETE", f"{DRIVE}/b.txt")
    later()
    assert see(lambda site: len([*site.reserved])) == 2

    def decide(site: Any) -> None:
        service = node_at(site, SERVICE)
        for trashed in [*service.all_trash()]:
            if trashed.origin == ("a.txt",):
                ingest.restore(trashed, service, "a.txt")
            else:
                ingest.purge(trashed)

    database.run(db, decide)
    later()
    assert ran() == ["ingest"]
    assert see(lambda site: [*site.reserved]) == []


def test_the_check_finds_what_would_wait_for_ever(dav: Any, db: Any, ran: Any, later: Any) -> None:
    dav("PUT", FILE, body=b"")
    assert [*check(db, Scope())] == []
    database.run(db, lambda site: [site.reserved.discard(id) for id in [*site.reserved]] and None)
    later()
    assert ran() == []
    assert len([*check(db, Scope(repair=True))]) == 1
    later()
    assert ran() == ["ingest"]


def test_a_tree_of_a_former_version_gets_the_index(dav: Any, db: Any, see: Any) -> None:
    lock(dav, FILE)
    dav("PUT", f"{DRIVE}/b.txt", body=b"x")
    known = see(lambda site: [*site.reserved])
    database.run(db, steps.reserved)
    assert see(lambda site: [*site.reserved]) == known
    assert len(known) == 1


@pytest.fixture
def counted(db: Any, see: Any) -> Any:
    """`counted()`: how many files there are by the service's figures, and how many came in."""

    def look(site: Any) -> tuple[int, int]:
        usage = node_at(site, SERVICE).usage
        return usage.get(FILES).total, usage.get(INGEST).reports

    def count() -> Any:
        assert [*check(db, Scope())] == []
        return see(look)

    return count


def test_it_counts_once_its_content_comes(dav: Any, counted: Any) -> None:
    token = token_of(lock(dav, FILE))
    assert counted() == (0, 0)
    dav("PUT", FILE, body=b"", headers=given(token))
    files, _ = counted()
    assert files == 0
    dav("PUT", FILE, body=b"x", headers=given(token))
    files, _ = counted()
    assert files == 1
    unlock(dav, FILE, token)
    assert dav("DELETE", FILE).status_int == 204
    files, _ = counted()
    assert files == 0


def test_one_that_stays_empty_counts_for_who_has_made_it(
    dav: Any, counted: Any, later: Any, see: Any
) -> None:
    dav("PUT", FILE, body=b"")
    payers = see(lambda site: node_at(site, f"{SERVICE}/a.txt").awaited)
    assert payers
    later()
    assert counted() == (1, 1)
    marks = see(lambda site: node_at(site, f"{SERVICE}/a.txt").marks)
    assert {mark.payer for mark in marks.values()} == {payers}


def test_what_goes_while_it_is_empty_was_never_counted(
    dav: Any, db: Any, counted: Any, see: Any
) -> None:
    dav("PUT", FILE, body=b""), dav("MKCOL", f"{DRIVE}/other")
    dav("MOVE", FILE, headers={"Destination": f"{DRIVE}/other/a.txt"})
    assert counted() == (0, 0)
    dav("DELETE", f"{DRIVE}/other")
    assert counted() == (0, 0)
    database.run(db, lambda site: [*map(ingest.purge, [*node_at(site, SERVICE).all_trash()])][:0])
    assert counted() == (0, 0)
    assert see(lambda site: node_at(site, SERVICE).usage.get(DISC_SPACE).total) == 0


def test_searches_find_it_once_it_is_what_it_is(dav: Any, see: Any) -> None:
    def told(site: Any) -> int:
        return unindexed.count(site)

    before = see(told)
    token = token_of(lock(dav, FILE))
    assert see(told) == before
    unlock(dav, FILE, token)
    assert see(told) > before


@pytest.mark.parametrize("shared", [True, False])
def test_files_that_a_lock_makes_share_their_blob(
    dav: Any, db: Any, see: Any, shared: bool
) -> None:
    """Nothing is lost of one by what becomes of another; a tree without that blob has one each."""

    def blobs(site: Any) -> list[bytes]:
        return [node_at(site, f"{SERVICE}/{name}").content.blob._p_oid for name in ("a.txt", "b")]

    if shared:
        database.run(db, steps.nothing)
    else:
        database.run(db, lambda site: setattr(site, "nothing", None))
    for url in (FILE, f"{DRIVE}/b"):
        lock(dav, url)
        answer = dav("GET", url)
        assert (answer.status_int, answer.body) == (200, b"")
    assert (len({*see(blobs)}) == 1) == shared
    assert [*check(db, Scope(digests=True))] == []
    dav("DELETE", f"{DRIVE}/b")
    assert dav("GET", FILE).body == b""


def test_they_are_no_way_round_a_quota_on_files(
    dav: Any, admin: Any, counted: Any, see: Any, later: Any
) -> None:
    limit = {"quotas": {"file": {"hard": 1}}}
    assert admin.json("PATCH", "/demo/files/-/quotas", limit).status_int == 200
    held = {name: token_of(lock(dav, f"{DRIVE}/{name}")) for name in ("a.txt", "b.txt")}
    dav("PUT", f"{DRIVE}/c.txt", body=b"")
    for name, token in held.items():
        assert unlock(dav, f"{DRIVE}/{name}", token).status_int == 204
    later()
    there = see(lambda site: [*node_at(site, SERVICE).children])
    assert (there, counted()[0]) == (["a.txt"], 1), "the others have gone with their locks"
    assert dav("PUT", f"{DRIVE}/d.txt", body=b"x").status_int == 507
