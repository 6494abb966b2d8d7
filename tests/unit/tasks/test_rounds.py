"""Rounds: all files once, page by page, whoever carries them on, and never too many jobs."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from ZODB.POSException import ConflictError

from mserve import database, ingest
from mserve.errors import BadInput, Conflict
from mserve.resources import round
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.resources.round import Errand, Round
from mserve.resources.schedule import Schedule
from mserve.settings import Settings
from mserve.tasks import engine, periodic, rounds, steering
from mserve.tasks.attempts import claim, finish
from mserve.tasks.claim import Ended, Failed, Finished, Taker
from mserve.tasks.outcome import Outcome
from mserve.tasks.queue import Queues
from tests.unit.support import Clock, spool, writers

ERRAND = Errand("manual", "look")
WELL = Finished(Outcome(), 0.1)
WORKFLOW = Workflow((TaskSet("look", (TaskSpec("read", "read", {}),)),))


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "PAGE", 5)
    monkeypatch.setattr(rounds, "MOST", 10)
    monkeypatch.setattr(rounds, "WHILE", 60.0)


@pytest.fixture
def files(db: Any) -> list[str]:
    """Twelve files in folders of /demo/files/, of which each third has a tag."""
    body = spool(db, b"bytes")
    names = [f"{n % 3}/{n % 2}/{n:02}" for n in range(12)]

    def make(site: Any) -> None:
        service = site["demo"]["files"]
        service.put_profile("default", {"look": WORKFLOW})
        for number, name in enumerate(names):
            *folders, last = name.split("/")
            folder = ingest.make_folders(service, tuple(folders))
            mfile = ingest.create(folder, last, body).mfile
            mfile.metadata = {"third": number % 3 == 0}

    database.run(db, make)
    body.clear()
    return sorted(names)


@pytest.fixture
def carry_on(db: Any, settings: Settings, queues: Queues) -> Callable[[], None]:
    return lambda: rounds.carry_on(db, settings, queues)


def begin(db: Any, errand: Errand = ERRAND, folder: str = "") -> str:
    def make(site: Any) -> str:
        top = site["demo"]["files"]
        return rounds.begin(top[folder] if folder else top, errand).id

    return database.run(db, make)


def see(db: Any, id: str, *names: str) -> Any:
    def look(site: Any) -> tuple[Any, ...]:
        found: Round = site["demo"]["files"].rounds[id]
        known = {**found.outcomes(), "active": found.active}
        return tuple(known[name] if name in known else getattr(found, name, 0) for name in names)

    return database.run(db, look)


def work(db: Any, *faults: str, most: int = 100) -> list[str]:
    """Does what is due, but what is of one of the files `faults`; returns the files' names."""

    def perform(site: Any) -> list[str]:
        done = []
        for id in [*site.due][:most]:
            name = site.run(id).job.mfile.__name__
            result = Failed("it is broken", 0.1, final=True) if name in faults else WELL
            assert claim(site, id, 1, Taker("here", 60.0))
            assert finish(site, [Ended(id, 1, result)]) == [True]
            engine.advance(site, id.partition("-")[0])
            done.append(name)
        return done

    return database.run(db, perform)


def finish_all(db: Any, carry_on: Callable[[], None], *faults: str) -> list[str]:
    done: list[str] = []
    for _ in range(10):
        carry_on()
        done += work(db, *faults)
    return sorted(done)


def leaves(files: list[str]) -> list[str]:
    return sorted(name.rpartition("/")[2] for name in files)


def test_all_files_come_once(db: Any, files: list[str], carry_on: Callable[[], None]) -> None:
    id = begin(db)
    assert see(db, id, "state", "files", "looked_at") == ("running", 12, 0)
    assert finish_all(db, carry_on, "03") == leaves(files)
    found = see(db, id, "state", "looked_at", "started", "skipped", "done", "failed", "active")
    assert found == ("done", 12, 12, 0, 11, 1, 0)
    assert database.run(db, lambda site: [*site.rounds.items()]) == []


def test_not_too_many_jobs_wait(db: Any, files: list[str], carry_on: Callable[[], None]) -> None:
    id = begin(db)
    carry_on()
    (waiting,) = see(db, id, "active")
    assert 5 < waiting <= 10
    carry_on()
    assert see(db, id, "active") == (waiting,)
    work(db, most=waiting)
    carry_on()
    assert see(db, id, "active") == (12 - waiting,)


def test_those_that_meet_a_condition(
    db: Any, files: list[str], carry_on: Callable[[], None]
) -> None:
    id = begin(db, Errand("manual", "look", "mfile.metadata.third"))
    assert finish_all(db, carry_on) == ["00", "03", "06", "09"]
    assert see(db, id, "looked_at", "started", "skipped") == (12, 4, 8)


def test_what_cannot_be_told_is_counted_and_told(
    db: Any, files: list[str], carry_on: Callable[[], None]
) -> None:
    id = begin(db, Errand("manual", "look", "mfile.metadata.third && mfile.metadata.rights > 3"))
    assert finish_all(db, carry_on) == []
    state, skipped, faults, error = see(db, id, "state", "skipped", "faults", "error")
    assert (state, skipped, faults) == ("done", 8, 4)
    assert error.startswith("0/0/00: ") and "rights" in error


def test_those_of_a_folder(db: Any, files: list[str], carry_on: Callable[[], None]) -> None:
    id = begin(db, folder="1")
    assert finish_all(db, carry_on) == ["01", "04", "07", "10"]
    assert see(db, id, "files", "looked_at") == (4, 4)


def test_what_comes_later_is_not_looked_at(
    db: Any, files: list[str], carry_on: Callable[[], None]
) -> None:
    begin(db)
    body = spool(db, b"more")
    database.run(db, lambda site: ingest.create(site["demo"]["files"], "zz", body))
    body.clear()
    assert finish_all(db, carry_on) == leaves(files)


def test_it_keeps_to_the_profile_with_which_it_began(
    db: Any, files: list[str], carry_on: Callable[[], None]
) -> None:
    id = begin(db)
    database.run(db, lambda site: site["demo"]["files"].put_profile("default", {}))
    assert finish_all(db, carry_on) == leaves(files)

    def versions(site: Any) -> set[int]:
        service = site["demo"]["files"]
        return {job.edition.version for _, job in service.page_jobs(100)}

    assert database.run(db, versions) == {see(db, id, "edition")[0].version} == {2}


def test_of_two_that_take_the_same_page_one_does(db: Any, files: list[str]) -> None:
    from transaction.interfaces import TransientError

    id = begin(db)
    with writers(db, 2) as (first, second):
        rounds.step(id, first.site)
        rounds.step(id, second.site)
        first.commit()
        with pytest.raises(TransientError):
            second.commit()
    started = see(db, id, "started")[0]
    assert len(database.run(db, lambda site: [*site.due])) == started


def test_that_jobs_end_at_once_is_no_conflict(db: Any, files: list[str]) -> None:
    id = begin(db)
    with writers(db, 2) as both:
        for each, outcome in zip(both, ("done", "failed"), strict=True):
            each.site.rounds[id].count("a" * 32, outcome)
        for each in both:
            each.commit()
    assert see(db, id, "done", "failed") == (1, 1)


def test_a_round_is_cancelled_with_its_jobs(
    db: Any, files: list[str], carry_on: Callable[[], None]
) -> None:
    id = begin(db)
    carry_on()
    waiting = see(db, id, "active")[0]
    work(db, most=1)
    database.run(db, lambda site: rounds.cancel(site.rounds[id]))
    assert see(db, id, "state", "ended") == ("cancelled", None)
    carry_on()
    assert see(db, id, "active", "done", "cancelled") == (0, 1, waiting - 1)
    assert database.run(db, lambda site: [*site.due, *site.active, *site.rounds]) == []
    with pytest.raises(Conflict, match="cancelled"):
        database.run(db, lambda site: rounds.cancel(site["demo"]["files"].rounds[id]))


def test_a_round_over_a_folder_that_goes_ends(
    db: Any, files: list[str], carry_on: Callable[[], None]
) -> None:
    id = begin(db, folder="1")
    carry_on()
    database.run(db, lambda site: ingest.remove(site["demo"]["files"]["1"]))
    carry_on()
    state, error, active = see(db, id, "state", "error", "active")
    assert (state, error, active) == ("cancelled", "what it went through is gone", 0)


def test_what_is_retried_is_counted_anew(
    db: Any, files: list[str], carry_on: Callable[[], None]
) -> None:
    id = begin(db)
    finish_all(db, carry_on, "03")

    def retry(site: Any) -> None:
        mfile = site["demo"]["files"]["0"]["1"]["03"]
        steering.retry(site, mfile.page_jobs(1)[0][1])

    database.run(db, retry)
    assert see(db, id, "done", "failed", "active") == (11, 0, 1)
    database.run(db, lambda site: [claim(site, run, 2, Taker("here", 60.0)) and
                                   finish(site, [Ended(run, 2, WELL)]) and
                                   engine.advance(site, run.partition("-")[0])
                                   for run in [*site.due]])  # fmt: skip
    assert see(db, id, "done", "failed", "active", "state") == (12, 0, 0, "done")


def test_the_oldest_make_room(
    db: Any, files: list[str], carry_on: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(round, "KEPT", 5)
    ids = [begin(db, Errand("manual", "look", "false")) for _ in range(5)]
    carry_on()
    ids.append(begin(db))
    carry_on()
    ids.append(begin(db))
    known = database.run(db, lambda site: [*site["demo"]["files"].rounds])
    assert sorted(known) == sorted(ids[2:])


def test_what_cannot_begin_is_told(db: Any, files: list[str]) -> None:
    for name in ("none", "ingest"):
        with pytest.raises(BadInput, match=name):
            begin(db, Errand("manual", name))


def test_a_schedule_of_each_file_is_a_round(
    db: Any,
    files: list[str],
    carry_on: Callable[[], None],
    settings: Settings,
    queues: Queues,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wall = Clock(monkeypatch, "2027-01-01T12:10:00Z")
    schedule = Schedule("0 * * * *", each="file", condition="mfile.metadata.third")
    workflow = Workflow(WORKFLOW.sets, schedule=schedule)
    put = {"look": workflow}
    database.run(db, lambda site: site["demo"]["files"].put_profile("default", put))
    tick = partial(periodic.start_due, db, settings, queues)
    wall.pass_by(3600)
    tick()
    wall.pass_by(3600)
    tick()
    last = database.run(db, lambda site: site["demo"]["files"].schedules["look"].last)
    assert last.words == "what the run before has started had not ended"
    [id] = database.run(db, lambda site: [*site["demo"]["files"].rounds])
    assert finish_all(db, carry_on) == ["00", "03", "06", "09"]
    wall.pass_by(3600)
    tick()
    last = database.run(db, lambda site: site["demo"]["files"].schedules["look"].last)
    assert (last.round == id, last.words) == (False, None)
    assert see(db, last.round, "errand")[0].trigger == "periodic"


def test_a_removed_service_takes_its_rounds_along(
    db: Any, files: list[str], carry_on: Callable[[], None]
) -> None:
    begin(db)
    carry_on()
    database.run(db, lambda site: ingest.remove(site["demo"]["files"], recursive=True))
    carry_on()
    assert database.run(db, lambda site: [*site.rounds, *site.due, *site.active]) == []


def test_a_page_whose_files_are_being_changed_waits_for_the_next_turn(
    db: Any, files: list[str], carry_on: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    id = begin(db)

    def in_the_way(each: str, site: Any) -> bool:
        raise ConflictError

    with monkeypatch.context() as patch:
        patch.setattr(rounds, "step", in_the_way)
        carry_on()
    assert see(db, id, "looked_at") == (0,)
    assert finish_all(db, carry_on) == leaves(files)


def test_a_turn_has_its_time(
    db: Any, files: list[str], carry_on: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "WHILE", 0.0)
    id = begin(db)
    carry_on()
    assert see(db, id, "looked_at", "state") == (0, "running")
