"""The engine: states move by the table, attempts fence, sets open in order, each thing once."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from transaction.interfaces import TransientError

from mserve import database, ingest
from mserve.errors import BadInput, Conflict
from mserve.resources import clock, metrics
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.resources.run import (
    AWAITING,
    CANCELLED,
    DONE,
    DUE,
    ENDED,
    FAILED,
    NEXT,
    RUNNING,
    SKIPPED,
    TaskRun,
)
from mserve.resources.spool import Spool
from mserve.tasks import attempts, engine, outlook
from mserve.tasks.claim import Ended, Failed, Finished, Taker
from mserve.tasks.delivery import Delivery
from mserve.tasks.outcome import Outcome, Output, Rendition
from tests.unit.support import writers

LATER = 10**12
WELL = Finished(Outcome(), 0.5)
ILL = Failed("it went wrong", 0.5)


def spec(name: str, **terms: Any) -> TaskSpec:
    return TaskSpec(name, name, {}, **terms)


def task_set(*specs: TaskSpec, on_failure: str = "stop") -> TaskSet:
    return TaskSet("set", specs, on_failure)


class World:
    """A file with a job, and what the tests do to them, each in a transaction of its own."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.job = ""

    def do(self, action: Any) -> Any:
        return database.run(self.db, action)

    def spool(self, body: bytes) -> Spool:
        made = Spool(self.db.storage.temporaryDirectory())
        made.write(body)
        made.close()
        return made

    def start(self, *sets: TaskSet, name: str = "file", body: bytes = b"the bytes") -> str:
        """Starts a job of these sets on a new file; returns its id."""
        made = self.spool(body)

        def act(site: Any) -> str:
            service = site["demo"]["files"]
            service.profiles["default"].change({"ingest": Workflow(sets)})
            job = ingest.create(service, name, made).job
            return "" if job is None else str(job.id)

        self.job = self.do(act)
        made.discard()
        return self.job

    def id(self, place: str) -> str:
        return f"{self.job}-{place}"

    def claim(self, place: str = "0-0", attempt: int = 1, worker: str = "w") -> Any:
        return self.do(
            lambda site: attempts.claim(site, self.id(place), attempt, Taker(worker, 15))
        )

    def finish(self, place: str = "0-0", attempt: int = 1, result: Any = WELL) -> bool:
        ended = [Ended(self.id(place), attempt, result)]
        return self.do(lambda site: attempts.finish(site, ended)) == [True]

    def advance(self) -> None:
        self.do(lambda site: engine.advance(site, self.job))

    def requeue(self, place: str = "0-0", attempt: int = 1) -> bool:
        return bool(self.do(lambda site: attempts.requeue(site, self.id(place), attempt)))

    def perform(self, place: str, result: Any = WELL) -> None:
        assert self.claim(place)
        assert self.finish(place, result=result)
        self.advance()

    def see(self, place: str, *names: str) -> Any:
        found = self.do(lambda s: tuple(getattr(s.run(self.id(place)), name) for name in names))
        return found[0] if len(names) == 1 else found

    def states(self) -> list[list[str]]:
        return list(
            self.do(lambda s: [[run.state for run in runs] for runs in s.ids[self.job].runs])
        )

    def outcome(self) -> str | None:
        return str(self.do(lambda site: site.ids[self.job].state))

    def index(self, name: str) -> dict[str, Any]:
        return dict(self.do(lambda site: [*getattr(site, name).items()]))

    def start_many(self, count: int) -> None:
        """So many jobs of one file, each of which waits."""
        self.start(task_set(spec("a")))
        for _ in range(count - 1):
            self.do(lambda site: engine.start_task(site["demo"]["files"]["file"], spec("a")))

    def due(self, after: int = 0) -> set[tuple[str, int]]:
        moment = clock.now() + after
        found = self.do(lambda site: outlook.look(site, moment)).due
        return {(each.run.partition("-")[2], each.attempt) for each in found}

    def lapsed(self, after: int) -> list[Delivery]:
        moment = clock.now() + after
        return list(self.do(lambda site: outlook.look(site, moment)).lapsed)

    def to_be_advanced(self) -> list[str]:
        return list(self.do(lambda site: outlook.look(site, 0)).jobs)


@pytest.fixture
def world(db: Any) -> World:
    return World(db)


# States


def test_states_move_by_the_table(db: Any) -> None:
    states = (DUE, RUNNING, AWAITING, DONE, FAILED, CANCELLED, SKIPPED)
    assert {*NEXT} == {*states}
    assert {state for state in states if not NEXT[state] - {DUE}} == ENDED  # DUE: by a retry

    class Named:
        id = "job"

    for former, state in product(states, states):
        run = TaskRun(Named(), "0-0", "normal", former)  # type: ignore[arg-type]  # a stand-in for a job
        if state in NEXT[former]:
            run.move(state)
            assert run.state == state
        else:
            with pytest.raises(Conflict):
                run.move(state)
            assert run.state == former


# Claim


def test_a_run_is_claimed_once(world: World) -> None:
    world.start(task_set(spec("mime")))
    assert world.due() == {("0-0", 1)}
    claim = world.claim(worker="first")
    assert (claim.task, claim.name, claim.size, claim.job_id) == ("mime", "file", 9, world.job)
    assert Path(claim.blob).read_bytes() == b"the bytes"
    assert world.claim(worker="second") is None
    assert world.due() == set()
    assert world.index("running").keys() == {world.id("0-0")}
    assert world.see("0-0", "state", "worker") == (RUNNING, "first")


def test_only_the_attempt_that_is_due_is_claimed(world: World) -> None:
    world.start(task_set(spec("mime")))
    for attempt in (0, 2, -1):
        assert world.claim(attempt=attempt) is None
    for place in ("0-1", "1-0", "x", "", "0--1", "-1--1", "0-0-0", "٠-٠"):
        assert world.claim(place) is None, place
    assert world.do(lambda site: attempts.claim(site, "nonsense", 1, Taker("w", 15))) is None
    assert world.claim() is not None


def test_two_workers_at_once_claim_once(world: World) -> None:
    world.start(task_set(spec("mime")))
    with writers(world.db, 2) as (first, second):
        assert attempts.claim(first.site, world.id("0-0"), 1, Taker("a", 15))
        assert attempts.claim(second.site, world.id("0-0"), 1, Taker("b", 15))
        first.commit()
        with pytest.raises(TransientError):
            second.commit()
    assert world.see("0-0", "worker") == "a"


# Finish


def test_what_is_finished_twice_is_finished_once(world: World) -> None:
    world.start(task_set(spec("mime")))
    world.claim()
    first = Finished(Outcome({"n": 1}, {"mimetype": "image/png", "md5": "abc"}), 1.5)
    assert world.finish(result=first)
    assert not world.finish(result=Finished(Outcome({"n": 2}), 9))
    assert not world.finish(result=ILL)
    assert world.see("0-0", "state", "result", "seconds") == (DONE, {"n": 1}, 1.5)
    content = world.do(
        lambda s: (s["demo"]["files"]["file"].mimetype, s["demo"]["files"]["file"].content.md5)
    )
    assert content == ("image/png", "abc")
    assert world.index("running") == {}
    assert total(world, metrics.TASK) == 1


def test_what_was_not_claimed_is_not_finished(world: World) -> None:
    world.start(task_set(spec("mime")))
    assert not world.finish()
    assert world.see("0-0", "state") == DUE


def test_a_stale_attempt_finishes_nothing(world: World) -> None:
    world.start(task_set(spec("mime")))
    world.claim()
    assert world.requeue()
    assert not world.finish(attempt=1)
    assert world.claim(attempt=1) is None
    assert world.claim(attempt=2, worker="second") is not None
    assert not world.finish(attempt=1, result=ILL)
    assert world.finish(attempt=2)
    assert world.see("0-0", "state", "attempt", "failures") == (DONE, 2, 0)


def total(world: World, metric: str) -> float:
    return float(world.do(lambda site: site.usage.get(metric).total))


def test_outputs_and_renditions_have_their_bytes(world: World) -> None:
    world.start(task_set(spec("thumbnail")))
    world.claim()
    spools = (world.spool(b"small picture"), world.spool(b"a report"))
    outputs = (
        Rendition("thumbnail", Path("x"), "image/jpeg", 210, 128),
        Output("report", Path("y"), "text/plain"),
    )
    assert world.finish(result=Finished(Outcome(outputs=outputs), 1, spools))
    for each in spools:
        each.discard()
    world.advance()

    def look(site: Any) -> Any:
        file = site["demo"]["files"]["file"]
        picture = file.rendition("thumbnail")
        named = dict(site.ids[world.job]["outputs"].items())
        bodies = {}
        for name, output in named.items():
            with output.content.open() as opened:
                bodies[name] = (opened.read(), output.mimetype)
        with picture.content.open() as opened:
            return opened.read(), (picture.width, picture.height, picture.mimetype), bodies

    assert world.do(look) == (
        b"small picture",
        (210, 128, "image/jpeg"),
        {
            "0-0-thumbnail": (b"small picture", "image/jpeg"),
            "0-0-report": (b"a report", "text/plain"),
        },
    )  # fmt: skip


def test_a_finish_that_is_tried_again_keeps_the_bytes(world: World) -> None:
    world.start(task_set(spec("thumbnail")))
    world.claim()
    made = world.spool(b"picture")
    result = Finished(
        Outcome(outputs=(Rendition("thumbnail", Path("x"), "image/jpeg", 1, 1),)), 1, (made,)
    )
    tries = []

    def act(site: Any) -> bool:
        [done] = attempts.finish(site, [Ended(world.id("0-0"), 1, result)])
        tries.append(done)
        if len(tries) < 4:
            raise TransientError
        return done

    assert world.do(act) and tries == [True] * 4
    made.discard()
    with world.do(
        lambda s: s["demo"]["files"]["file"].rendition("thumbnail").content.open()
    ) as file:
        assert file.read() == b"picture"


def test_what_is_found_out_about_former_content_stays_with_it(world: World) -> None:
    world.start(task_set(spec("mime")))
    world.claim()
    newer = world.spool(b"newer bytes")
    world.do(lambda site: ingest.replace(site["demo"]["files"]["file"], newer))
    newer.discard()
    made = world.spool(b"picture of the former")
    picture = Rendition("thumbnail", Path("x"), "image/jpeg", 1, 1)
    outcome = Outcome({}, {"mimetype": "image/png", "md5": "old"}, (picture,))
    assert world.finish(result=Finished(outcome, 1, (made,)))
    made.discard()

    def look(site: Any) -> Any:
        file = site["demo"]["files"]["file"]
        former = file.find_version(1).content
        return (
            (file.content.md5, file.content.mimetype, {*file.content.renditions}),
            (former.md5, former.mimetype, {*former.renditions}),
        )

    assert world.do(look) == ((None, None, set()), ("old", "image/png", {"thumbnail"}))


# Advance


def test_sets_open_in_their_order(world: World) -> None:
    world.start(task_set(spec("a"), spec("b")), task_set(spec("c")), task_set(spec("d")))
    assert world.outcome() == DUE
    world.perform("0-0")
    assert world.states() == [[DONE, DUE]]
    assert world.outcome() == RUNNING
    world.perform("0-1")
    assert world.states() == [[DONE, DONE], [DUE]]
    world.advance()
    assert len(world.states()) == 2
    world.perform("1-0")
    world.perform("2-0")
    assert world.outcome() == DONE
    assert world.index("due") == world.index("running") == world.index("active") == {}
    assert (total(world, metrics.JOB), total(world, metrics.TASK)) == (1, 4)
    world.advance()
    assert total(world, metrics.JOB) == 1


def test_a_failure_stops_the_job(world: World) -> None:
    world.start(task_set(spec("a", retries=0), spec("b")), task_set(spec("c")))
    world.perform("0-0", ILL)
    assert world.outcome() == RUNNING  # what runs beside it may still end well
    world.perform("0-1")
    assert (world.outcome(), world.states()) == (FAILED, [[FAILED, DONE]])
    assert world.see("0-0", "error") == "it went wrong"
    assert world.index("active") == world.index("due") == {}


def test_a_failure_may_be_passed_over(world: World) -> None:
    world.start(task_set(spec("a", retries=0), on_failure="continue"), task_set(spec("b")))
    world.perform("0-0", ILL)
    world.perform("1-0")
    assert (world.outcome(), world.states()) == (DONE, [[FAILED], [DONE]])


def test_two_finishers_at_once_open_the_next_set_once(world: World) -> None:
    world.start(task_set(spec("a"), spec("b")), task_set(spec("c"), spec("d")))
    world.claim("0-0"), world.claim("0-1")
    with writers(world.db, 2) as (first, second):
        assert attempts.finish(first.site, [Ended(world.id("0-0"), 1, WELL)]) == [True]
        assert attempts.finish(second.site, [Ended(world.id("0-1"), 1, WELL)]) == [True]
        first.commit()
        second.commit()
    with writers(world.db, 2) as (first, second):
        engine.advance(first.site, world.job)
        engine.advance(second.site, world.job)
        first.commit()
        with pytest.raises(TransientError):
            second.commit()
    assert world.states() == [[DONE, DONE], [DUE, DUE]]
    assert world.due() == {("1-0", 1), ("1-1", 1)}
    assert total(world, metrics.TASK) == 2


def test_two_finishers_that_each_advance_at_once_leave_nothing_undone(world: World) -> None:
    """Each commits its finish before it advances, so the later of them sees both."""
    world.start(task_set(spec("a"), spec("b")), task_set(spec("c")))
    world.claim("0-0"), world.claim("0-1")
    with writers(world.db, 1) as (early,):  # began before either had finished
        world.finish("0-0")
        world.finish("0-1")
        engine.advance(early.site, world.job)
        early.commit()
    world.advance()
    assert world.states() == [[DONE, DONE], [DUE]]


def test_a_workflow_without_tasks_starts_no_job(world: World) -> None:
    assert world.start() == ""
    assert world.start(task_set(), name="other") == ""


def test_an_empty_set_is_passed(world: World) -> None:
    world.start(task_set(), task_set(spec("a")), task_set())
    world.perform("1-0")
    assert (world.outcome(), world.states()) == (DONE, [[], [DONE], []])


def test_an_unknown_workflow_is_told_with_those_there_are(world: World) -> None:
    world.start(task_set(spec("a")))
    with pytest.raises(BadInput, match=r"'nonsense'.*ingest"):
        world.do(lambda s: engine.start(s["demo"]["files"]["file"], "manual", "nonsense"))


def test_a_job_keeps_the_plan_it_began_with(world: World) -> None:
    world.start(task_set(spec("a")), task_set(spec("b")))
    world.do(lambda s: s["demo"]["files"].profiles["default"].change({}))
    world.perform("0-0")
    assert world.states() == [[DONE], [DUE]]


def test_queues_are_those_of_the_task_or_the_service(world: World) -> None:
    world.start(task_set(spec("a"), spec("b", queue="gpu")))
    assert [world.see(f"0-{n}", "queue") for n in (0, 1)] == ["normal", "gpu"]
    world.do(lambda site: setattr(site["demo"]["files"], "priority", True))
    world.start(task_set(spec("a"), spec("b", queue="gpu")), name="other")
    assert [world.see(f"0-{n}", "queue") for n in (0, 1)] == ["priority", "gpu"]


# Conditions


def test_a_task_whose_condition_does_not_hold_is_skipped(world: World) -> None:
    world.start(
        task_set(
            spec("a", condition="mfile.size > 100"),
            spec("b", condition='mfile.name == "file" && job.trigger == "ingest"'),
            spec("c", condition='service.name == "files" && !service.priority'),
        )
    )
    assert world.states() == [[SKIPPED, DUE, DUE]]
    assert world.due() == {("0-1", 1), ("0-2", 1)}


def test_a_job_whose_tasks_are_all_skipped_is_done(world: World) -> None:
    world.start(task_set(spec("a", condition="false")), task_set(spec("b", condition="false")))
    assert (world.outcome(), world.states()) == (DONE, [[SKIPPED], [SKIPPED]])
    assert world.index("active") == world.index("due") == {}


def test_what_a_task_found_out_decides_what_comes_next(world: World) -> None:
    picture = 'mfile.mimetype == "image/png"'
    world.start(task_set(spec("a")), task_set(spec("b", condition=picture)))
    world.perform("0-0", Finished(Outcome(facts={"mimetype": "image/png"}), 1))
    assert world.states() == [[DONE], [DUE]]


@pytest.mark.parametrize("condition", ["mfile.nothing == 1", "1 / 0 == 1", "mfile.size", "((("])
def test_a_condition_that_breaks_fails_its_task_with_words(world: World, condition: str) -> None:
    world.start(task_set(spec("a", condition=condition), spec("b")), task_set(spec("c")))
    assert world.states() == [[FAILED, DUE]]
    assert world.see("0-0", "error")
    world.perform("0-1")
    assert world.outcome() == FAILED


def test_a_run_that_never_ran_has_ended_all_the_same(world: World) -> None:
    world.start(task_set(spec("a", condition="false"), spec("b", condition="mfile.x")))
    assert world.states() == [[SKIPPED, FAILED]]
    assert world.see("0-1", "ended") is not None


# Retries


def test_a_task_that_fails_is_tried_again_later_and_later_and_then_fails(world: World) -> None:
    world.start(task_set(spec("a", retries=2)))
    pauses = []
    for attempt in (1, 2):
        assert world.claim(attempt=attempt)
        before = clock.now()
        assert world.finish(attempt=attempt, result=ILL)
        world.advance()
        state, attempt_now, not_before = world.see("0-0", "state", "attempt", "not_before")
        assert (state, attempt_now) == (DUE, attempt + 1)
        pauses.append(round((not_before - before) / clock.SECOND))
        assert world.due() == set()
        assert world.due(after=LATER) == {("0-0", attempt + 1)}
        assert world.claim(attempt=attempt + 1) is None  # it is too early
        world.do(lambda s: setattr(s.run(world.id("0-0")), "not_before", 0))
    assert pauses == [5, 10]
    assert world.claim(attempt=3)
    assert world.finish(attempt=3, result=ILL)
    world.advance()
    assert (world.outcome(), world.see("0-0", "failures")) == (FAILED, 3)
    assert world.index("due") == world.index("active") == {}
    assert total(world, metrics.TASK) == 1


def test_a_failure_that_is_final_is_not_tried_again(world: World) -> None:
    world.start(task_set(spec("a", retries=5)))
    world.perform("0-0", Failed("no picture", 1, final=True))
    assert (world.outcome(), world.see("0-0", "error")) == (FAILED, "no picture")


def test_success_after_a_failure_leaves_no_error(world: World) -> None:
    world.start(task_set(spec("a")))
    world.claim()
    world.finish(result=ILL)
    world.do(lambda s: setattr(s.run(world.id("0-0")), "not_before", 0))
    world.claim(attempt=2)
    world.finish(attempt=2)
    assert world.see("0-0", "error", "state") == (None, DONE)


# Workers that die


def test_what_lapses_is_requeued_and_not_counted_as_a_failure(world: World) -> None:
    world.start(task_set(spec("a", retries=0)))
    world.claim()
    assert world.lapsed(0) == []
    [lapsed] = world.lapsed(16 * clock.SECOND)
    assert (lapsed.run, lapsed.attempt) == (world.id("0-0"), 1)
    assert world.requeue()
    assert not world.requeue()
    assert world.see("0-0", "attempt", "lapses", "failures", "worker") == (2, 1, 0, None)
    assert world.due() == {("0-0", 2)}
    assert world.index("running") == {}


def test_a_task_that_kills_its_workers_fails(world: World) -> None:
    world.start(task_set(spec("a", retries=0)))
    for attempt in range(1, attempts.LAPSES + 1):
        assert world.see("0-0", "state") == DUE
        assert world.claim(attempt=attempt)
        assert world.requeue(attempt=attempt)
    assert world.see("0-0", "state") == FAILED
    assert "died" in world.see("0-0", "error")
    assert (total(world, metrics.TASK), total(world, metrics.TASK_FAILURE)) == (1, 1)
    assert world.to_be_advanced() == [world.job]
    world.advance()
    assert world.outcome() == FAILED
    assert world.index("due") == world.index("running") == world.index("active") == {}


def test_a_delivery_that_was_lost_is_made_again(world: World) -> None:
    world.start(task_set(spec("a")))
    assert world.requeue()
    assert world.claim(attempt=1) is None
    assert world.see("0-0", "attempt", "lapses") == (2, 1)
    assert world.claim(attempt=2)


def test_a_worker_that_only_seemed_dead_and_the_sweeper_agree(world: World) -> None:
    world.start(task_set(spec("a")))
    world.claim()
    for order in ("finish", "requeue"):
        with writers(world.db, 2) as (worker, sweeper):
            attempt = world.see("0-0", "attempt")
            assert attempts.finish(worker.site, [Ended(world.id("0-0"), attempt, ILL)]) == [True]
            assert attempts.requeue(sweeper.site, world.id("0-0"), attempt)
            winner, loser = (worker, sweeper) if order == "finish" else (sweeper, worker)
            winner.commit()
            with pytest.raises(TransientError):
                loser.commit()
        world.do(lambda s: setattr(s.run(world.id("0-0")), "not_before", 0))
        world.claim(attempt=world.see("0-0", "attempt"))
    assert world.see("0-0", "attempt") == 3


# Outlook


def test_a_job_of_which_something_waits_or_runs_is_not_to_be_advanced(world: World) -> None:
    world.start(task_set(spec("a"), spec("b")))
    assert world.to_be_advanced() == []
    world.claim("0-0")
    world.claim("0-1")
    assert world.to_be_advanced() == []
    world.finish("0-0")
    assert world.to_be_advanced() == []
    world.finish("0-1")
    assert world.to_be_advanced() == [world.job]


def test_what_waits_costs_a_sweep_a_page_of_jobs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook, "PAGE", 3)
    world.start_many(10)
    world.db.cacheMinimize()

    def loaded(site: Any) -> tuple[int, str | None]:
        seen = outlook.look(site, clock.now())
        assert len(seen.due) == 10
        jobs = [job for _, job in site.active.items()]
        return sum(job._p_changed is not None for job in jobs), seen.last

    count, last = world.do(loaded)
    assert count == 3
    assert last == sorted(world.index("active"))[2]


def test_all_jobs_are_looked_for_in_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlook, "PAGE", 2)
    world.start_many(5)
    world.do(lambda site: site["demo"]["files"].drop("file"))  # as with a folder: no job is told
    seen: list[str] = []
    last: str | None = None
    for _ in range(3):
        found = world.do(lambda site, after=last: outlook.look(site, 0, after))
        seen += found.jobs
        last = found.last
    assert last is None
    assert sorted(seen) == sorted(world.index("active"))


# Files that go


def test_removal_cancels_the_jobs_of_a_file(world: World) -> None:
    world.start(task_set(spec("a"), spec("b")), task_set(spec("c")))
    world.claim("0-0")
    world.do(lambda site: ingest.remove(site["demo"]["files"]["file"]))
    assert world.outcome() == CANCELLED
    assert not world.finish("0-0")
    assert world.claim("0-1") is None
    world.advance()
    assert world.states() == [[CANCELLED, CANCELLED]]
    assert world.index("due") == world.index("running") == world.index("active") == {}


@pytest.mark.parametrize("how", ["claim", "advance", "finish"])
def test_jobs_of_files_in_a_folder_that_goes_end_when_they_are_met(world: World, how: str) -> None:
    world.start(task_set(spec("a"), spec("b")))

    def hide(site: Any) -> None:
        service = site["demo"]["files"]
        folder = ingest.make_folder(service, "folder")
        ingest.move(service["file"], folder, "file")

    world.do(hide)
    world.claim("0-0")
    world.do(lambda site: ingest.remove(site["demo"]["files"]["folder"], recursive=True))
    if how == "claim":
        assert world.claim("0-1") is None
    elif how == "finish":
        world.finish("0-0")
        world.advance()
    else:
        assert world.to_be_advanced() == [world.job]
        world.advance()
    assert world.outcome() == CANCELLED
    assert world.index("due") == world.index("running") == world.index("active") == {}


def test_jobs_of_a_service_that_goes_leave_nothing_due(world: World) -> None:
    world.start(task_set(spec("a"), spec("b")))
    world.claim("0-0")
    world.do(lambda site: ingest.remove(site["demo"]["files"], recursive=True))
    assert world.index("due") == world.index("running") == world.index("active") == {}
    ended = [Ended(world.id("0-0"), 1, WELL)]
    assert world.do(lambda s: attempts.finish(s, ended)) == [False]
    assert world.do(lambda s: attempts.requeue(s, world.id("0-0"), 1)) is False
