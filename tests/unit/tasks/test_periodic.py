"""Workflows start by the clock, each run once, whatever schedulers there are or were not."""

from collections.abc import Callable
from typing import Any

import pytest

from mserve import database
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.resources.schedule import Schedule, replan
from mserve.settings import Settings
from mserve.tasks import engine, periodic
from mserve.tasks.queue import Queues
from mserve.tasks.runner import Runner
from tests.unit.support import Clock
from tests.unit.tasks.support import Tree

Tick = Callable[[], None]


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, "2026-11-27T12:00:00Z")


@pytest.fixture
def tick(db: Any, settings: Settings, queues: Queues) -> Tick:
    return lambda: periodic.start_due(db, settings, queues)


@pytest.fixture
def service(db: Any, wall: Clock) -> Callable[..., None]:
    """service(cron, …): its one workflow `feed` has that schedule."""

    def change(cron: str = "0 * * * *", task: str = "wait", **terms: Any) -> None:
        sets = (TaskSet("pull", (TaskSpec(task, task, {}),)),)
        workflow = Workflow(sets, schedule=Schedule(cron, **terms))
        database.run(db, lambda site: _service(site).put_profile("default", {"feed": workflow}))

    return change


def _service(site: Any) -> Any:
    return site["demo"]["files"]


def jobs(db: Any) -> list[Any]:
    def look(site: Any) -> list[Any]:
        found = [job for _, job in _service(site).page_jobs(100)]
        return [(job.name, job.trigger, job.mfile, job.created) for job in found]

    return database.run(db, look)


def last(db: Any, name: str = "last") -> Any:
    return database.run(db, lambda site: getattr(_service(site).schedules["feed"], name))


def end_jobs(db: Any) -> None:
    """Whatever has been started has ended."""

    def cancel(site: Any) -> None:
        for job in [*dict(site.active.items()).values()]:
            engine.cancel(site, job)

    database.run(db, cancel)


def test_a_job_of_the_service_starts_at_its_time(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick
) -> None:
    service("30 12 * * *")
    tick()
    assert jobs(db) == []
    wall.set("2026-11-27T12:29:59Z")
    tick()
    assert jobs(db) == []
    wall.set("2026-11-27T12:30:04Z")
    for _ in range(3):
        tick()
    assert jobs(db) == [("feed", "periodic", None, wall.moment)]
    assert last(db).job is not None
    assert (last(db).planned, last(db).started) == (wall.moment - 4_000_000, wall.moment)
    end_jobs(db)
    wall.set("2026-11-28T12:30:00Z")
    tick()
    assert len(jobs(db)) == 2


def test_of_what_was_missed_one_is_made_up_for(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick
) -> None:
    service()
    wall.set("2026-11-27T18:40:00Z")
    tick()
    tick()
    assert len(jobs(db)) == 1
    end_jobs(db)
    wall.set("2026-11-27T19:00:00Z")
    tick()
    assert len(jobs(db)) == 2


def test_or_none(db: Any, wall: Clock, service: Callable[..., None], tick: Tick) -> None:
    service(missed="skip")
    wall.set("2026-11-27T18:40:00Z")
    tick()
    assert (jobs(db), last(db)) == ([], None)
    wall.set("2026-11-27T21:00:10Z")
    tick()
    assert len(jobs(db)) == 1
    assert last(db).planned == wall.moment - 10_000_000, "those of 19:00 and 20:00 were missed"


@pytest.mark.parametrize(("late", "number"), [(290, 1), (310, 0)])
def test_what_is_a_little_late_was_not_missed(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick, late: int, number: int
) -> None:
    service(missed="skip")
    wall.set("2026-11-27T18:00:00Z")
    wall.pass_by(late)
    tick()
    assert len(jobs(db)) == number


def test_work_that_nobody_does_is_not_piled_up(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick
) -> None:
    service()
    for _ in range(3):
        wall.pass_by(3600)
        tick()
    assert len(jobs(db)) == 1
    assert last(db).words == "what the run before has started had not ended"
    assert last(db).job is not None
    assert last(db, "next") == wall.moment + 3600 * 1_000_000
    end_jobs(db)
    wall.pass_by(3600)
    tick()
    assert len(jobs(db)) == 2


def test_a_condition_decides_when_the_time_has_come(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick
) -> None:
    service(condition="service.priority")
    wall.pass_by(3600)
    tick()
    assert jobs(db) == []
    assert last(db).words == "its condition did not hold"
    database.run(db, lambda site: setattr(_service(site), "priority", True))
    wall.pass_by(3600)
    tick()
    assert len(jobs(db)) == 1


def test_a_condition_that_fails_is_told_and_goes_on(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick
) -> None:
    service(condition="service.nothing")
    for _ in range(2):
        wall.pass_by(3600)
        tick()
    assert jobs(db) == []
    assert "nothing" in last(db).words
    assert last(db).planned == wall.moment


def test_outside_the_times_of_the_service_nothing_starts(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick
) -> None:
    def end(site: Any) -> None:
        _service(site).end = wall.moment + 7000 * 1_000_000
        replan(_service(site))

    service()
    database.run(db, end)
    wall.pass_by(7100)  # one was due at a time when it was open still
    tick()
    assert (jobs(db), last(db, "next")) == ([], None)


def test_a_time_zone_that_is_gone_is_told(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    service(timezone="Europe/Berlin")
    monkeypatch.setattr("mserve.resources.cron.timezones", lambda: frozenset({"UTC"}))
    wall.pass_by(3600)
    tick()
    assert len(jobs(db)) == 1, "it was planned, and is run"
    assert last(db, "next") is None
    assert "Europe/Berlin" in last(db, "fault")
    tick()


def test_what_fails_keeps_no_other_from_starting(
    db: Any,
    wall: Clock,
    service: Callable[..., None],
    tick: Tick,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = periodic.fire

    def fail_once(key: str, moment: int, site: Any) -> None:
        if key.endswith("-a"):
            raise ValueError("of a stranger's making")
        first(key, moment, site)

    workflow = Workflow((TaskSet("", (TaskSpec("wait", "wait", {}),)),), 1, Schedule("0 * * * *"))
    database.run(
        db, lambda site: _service(site).put_profile("default", dict.fromkeys("abc", workflow))
    )
    monkeypatch.setattr(periodic, "fire", fail_once)
    wall.pass_by(3600)
    tick()
    assert sorted(job[0] for job in jobs(db)) == ["b", "c"]


def test_a_job_without_a_file_runs(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick, runner: Runner, tree: Tree
) -> None:
    service(task="empty")
    wall.pass_by(3600)
    tick()

    def run_of(site: Any) -> str:
        [(_, job)] = _service(site).page_jobs(1)
        return str(job.runs[0][0].id)

    run = database.run(db, run_of)
    assert runner.perform([run], 1)
    facts = {"path": "/dev/null", "name": "", "size": 0, "bytes": 0, "metadata": {}}
    assert tree.see(run, "state", "result", "error") == ("done", facts, None)
    assert tree.job(run) == ("done", 1)
    figures = database.run(db, lambda site: _service(site).usage.figures)
    assert [figures[f"http://mserve/{name}"].total for name in ("job", "task")] == [1, 1]


def test_a_task_that_needs_a_file_says_so_where_there_is_none(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick, runner: Runner, tree: Tree
) -> None:
    service(task="read")
    wall.pass_by(3600)
    tick()
    [run] = database.run(db, lambda site: [*site.due])
    assert runner.perform([run], 1)
    assert tree.see(run, "state")[0] == "failed"
    assert "needs a file" in tree.see(run, "error")[0]


def test_what_is_paused_rests_and_goes_on_from_then(
    db: Any, wall: Clock, service: Callable[..., None], tick: Tick
) -> None:
    service()
    wall.set("2026-11-27T18:00:05Z")
    tick()
    end_jobs(db)
    service(paused=True)
    assert last(db).job is not None, "what came of the last run stays known"
    assert last(db, "next") is None
    wall.set("2026-11-27T21:30:00Z")
    tick()
    assert len(jobs(db)) == 1
    service()
    tick()
    assert len(jobs(db)) == 1, "nothing is made up for"
    wall.set("2026-11-27T22:00:01Z")
    tick()
    assert len(jobs(db)) == 2
