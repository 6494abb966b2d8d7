"""Brief runs of a set are claimed, done and finished together; of others each goes by itself."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from mserve import database, ingest
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.resources.run import DONE, DUE, FAILED
from mserve.resources.spool import Spool
from mserve.tasks import attempts, engine
from mserve.tasks.claim import Ended, Finished, Taker
from mserve.tasks.outcome import Outcome
from mserve.tasks.queue import Queues
from mserve.tasks.runner import Runner

WELL = Finished(Outcome(), 0.1)


def spec(task: str, **terms: Any) -> TaskSpec:
    return TaskSpec(task, task, {}, retries=0, **terms)


class Sets:
    """A job of sets of tasks, and what is seen of it."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.job = ""

    def start(self, *sets: Sequence[str]) -> list[str]:
        """The ids of the runs of the first set."""

        def act(site: Any) -> list[str]:
            service = site["demo"]["files"]
            made = (TaskSet("set", tuple(map(spec, names)), "continue") for names in sets)
            service.profiles["default"].change({"ingest": Workflow(tuple(made))})
            spool = Spool(self.db.storage.temporaryDirectory())
            spool.write(b"some bytes")
            spool.close()
            job = ingest.create(service, "file", spool).job
            assert job is not None
            self.job = job.id
            return [run.id for run in job.all_runs()]

        return database.run(self.db, act)

    def see(self) -> tuple[str, list[list[str]]]:
        def look(site: Any) -> tuple[str, list[list[str]]]:
            job = site.ids[self.job]
            return job.state, [[run.state for run in runs] for runs in job.runs]

        return database.run(self.db, look)


@pytest.fixture
def sets(db: Any) -> Sets:
    return Sets(db)


def test_brief_runs_are_done_in_one_go(runner: Runner, sets: Sets, queues: Queues) -> None:
    runs = sets.start(["glance"] * 5)
    assert queues.waiting("normal") == {f"{run}-1" for run in runs}
    assert queues.redis.llen("rq:queue:normal") == 1
    assert runner.perform(runs, 1)
    assert sets.see() == (DONE, [[DONE] * 5])


def test_the_next_set_is_opened_with_the_end_of_the_last(
    runner: Runner, sets: Sets, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = sets.start(["glance"] * 2, ["glance"] * 3)
    transactions: list[str] = []
    in_tree = runner.in_tree
    monkeypatch.setattr(
        runner, "in_tree", lambda action: transactions.append("") or in_tree(action)
    )
    runner.perform(runs, 1)
    assert sets.see() == ("running", [[DONE] * 2, [DUE] * 3])
    assert len(transactions) == 2


def test_others_go_back_to_the_queue_each_by_itself(
    runner: Runner, sets: Sets, queues: Queues
) -> None:
    runs = sets.start(["glance", "read", "read", "glance"])
    queues.redis.flushall()
    assert runner.perform(runs, 1)
    assert sets.see() == ("running", [[DONE, DUE, DUE, DONE]])
    assert queues.redis.llen("rq:queue:normal") == 2
    assert queues.waiting("normal") == {f"{run}-1" for run in runs[1:3]}
    assert runner.perform(runs[1:2], 1)
    assert runner.perform(runs[2:3], 1)
    assert sets.see() == (DONE, [[DONE] * 4])


def test_where_none_is_brief_the_first_is_done(runner: Runner, sets: Sets, queues: Queues) -> None:
    runs = sets.start(["read", "read", "read"])
    queues.redis.flushall()
    assert runner.perform(runs, 1)
    assert sets.see() == ("running", [[DONE, DUE, DUE]])
    assert queues.waiting("normal") == {f"{run}-1" for run in runs[1:]}


def test_one_that_fails_does_not_take_the_others_with_it(runner: Runner, sets: Sets) -> None:
    runs = sets.start(["glance", "stumble", "glance"])
    assert runner.perform(runs, 1)
    assert sets.see() == (DONE, [[DONE, FAILED, DONE]])


def test_one_that_cannot_be_recorded_does_not_take_the_others_with_it(
    runner: Runner, sets: Sets, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = sets.start(["glance", "glance", "glance"])
    finish = attempts.finish

    def refuse(site: Any, done: Sequence[Ended]) -> list[bool]:
        if any(each.run_id == runs[1] and isinstance(each.result, Finished) for each in done):
            raise ValueError("no such thing")
        return finish(site, done)

    monkeypatch.setattr(attempts, "finish", refuse)
    assert runner.perform(runs, 1)
    assert sets.see() == (DONE, [[DONE, FAILED, DONE]])


def test_a_claim_whose_answer_was_lost_is_had_again(runner: Runner, sets: Sets, db: Any) -> None:
    runs = sets.start(["read", "read", "read"])
    for _ in range(2):
        taken, others = database.run(db, lambda site: claim(runner, site, runs))
        assert [each.run_id for each in taken] == runs[:1]
        assert [each.run for each in others] == runs[1:]


def test_brief_runs_are_written_once(runner: Runner, sets: Sets, db: Any) -> None:
    runs = sets.start(["glance", "glance"])
    before = db.storage.lastTransaction()
    taken, _ = database.run(db, lambda site: claim(runner, site, runs))
    assert [each.run_id for each in taken] == runs
    assert db.storage.lastTransaction() == before
    assert sets.see() == ("queued", [[DUE, DUE]])
    assert runner.perform(runs, 1)
    started = database.run(db, lambda site: [site.run(run).started for run in runs])
    assert all(started)


def test_a_brief_run_that_was_cancelled_meanwhile_is_not_recorded(
    runner: Runner, sets: Sets, db: Any
) -> None:
    runs = sets.start(["glance", "glance"])
    taken, _ = database.run(db, lambda site: claim(runner, site, runs))
    database.run(db, lambda site: engine.cancel(site, site.ids[sets.job]))
    done = [Ended(each.run_id, 1, WELL, "here", each.taken) for each in taken]
    assert database.run(db, lambda site: attempts.finish(site, done)) == [False, False]


def test_what_kills_its_worker_before_it_is_written_down_fails_in_the_end(
    sets: Sets, db: Any
) -> None:
    (run,) = sets.start(["glance"])
    for attempt in range(1, attempts.LAPSES + 1):
        assert database.run(db, partial(attempts.requeue, run_id=run, attempt=attempt))
    state, error = database.run(db, lambda site: (site.run(run).state, site.run(run).error))
    assert (state, error) == (FAILED, "its worker died 10 times")


def test_what_others_have_done_meanwhile_is_not_done_again(runner: Runner, sets: Sets) -> None:
    runs = sets.start(["glance", "glance", "glance"])
    assert runner.perform(runs[1:2], 1)
    assert runner.perform(runs, 1)
    assert not runner.perform(runs, 1)
    assert sets.see() == (DONE, [[DONE] * 3])


def claim(runner: Runner, site: Any, runs: list[str]) -> Any:
    return attempts.claim_some(site, runs, 1, Taker("here", 10, runner._is_brief))
