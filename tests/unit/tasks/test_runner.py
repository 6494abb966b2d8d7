"""A runner turns whatever a task does into what came of the attempt, and is never hurt by it."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ZODB.POSException import StorageError

from mserve import database
from mserve.resources.run import DONE, DUE, FAILED, RUNNING
from mserve.tasks import attempts, execution
from mserve.tasks.queue import Queues
from mserve.tasks.runner import Runner
from tests.unit.tasks.support import RedisServer, Tree, wait_for


def left_over(runner: Runner) -> list[str]:
    return os.listdir(runner.db.storage.temporaryDirectory())


def test_a_task_runs_on_the_bytes(runner: Runner, tree: Tree) -> None:
    run = tree.start("read")
    assert runner.perform([run], 1)
    state, result, worker, seconds = tree.see(run, "state", "result", "worker", "seconds")
    assert (state, result["bytes"], worker) == (DONE, 10, "here")
    assert 0 < seconds < 5
    assert tree.job(run) == (DONE, 1)


def test_an_attempt_is_performed_once(runner: Runner, tree: Tree) -> None:
    run = tree.start("read")
    assert runner.perform([run], 1)
    assert not runner.perform([run], 1)


def test_another_attempt_or_run_is_not_performed(runner: Runner, tree: Tree) -> None:
    run = tree.start("read")
    assert not runner.perform([run], 2)
    assert not runner.perform(["nothing-0-0"], 1)
    assert tree.state(run) == DUE


def test_outputs_are_kept_and_the_scratch_folder_is_not(runner: Runner, tree: Tree) -> None:
    run = tree.start("copy")
    runner.perform([run], 1)
    made = database.run(tree.db, lambda site: site.run(run).outputs[0].content.path)
    assert Path(made).read_bytes() == b"some bytes"
    assert left_over(runner) == []


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("refuse", "these bytes are no picture"),
        ("break", "ZeroDivisionError: of all things"),
        ("exhaust", "the task ran out of memory"),
        ("leave", "SystemExit: 3"),
        ("panic", "Panic: in the machine room"),
        ("sleep", "the task took longer than the 0.3 s that it may"),
        ("unheard-of", "there is no task 'unheard-of'"),
    ],
)
def test_a_failure_is_told(runner: Runner, tree: Tree, task: str, words: str) -> None:
    run = tree.start(task)
    assert runner.perform([run], 1)
    state, error = tree.see(run, "state", "error")
    assert state == FAILED
    assert error.startswith(words)
    assert tree.job(run) == (FAILED, 1)
    assert left_over(runner) == []


def test_a_task_cannot_swallow_its_time_limit(runner: Runner, tree: Tree) -> None:
    run = tree.start("sleep", stubborn=True)
    began = time.monotonic()
    runner.perform([run], 1)
    assert time.monotonic() - began < 3
    assert tree.state(run) == FAILED


def test_bad_arguments_are_told(runner: Runner, tree: Tree) -> None:
    run = tree.start("wait", seconds="many")
    runner.perform([run], 1)
    assert "seconds" in tree.see(run, "error")[0]


def test_what_failed_by_chance_is_tried_again(runner: Runner, tree: Tree) -> None:
    run = tree.start("break", retries=1)
    runner.perform([run], 1)
    assert tree.see(run, "state", "attempt") == (DUE, 2)


def test_what_no_retry_can_mend_is_not_tried_again(runner: Runner, tree: Tree) -> None:
    run = tree.start("refuse", retries=1)
    runner.perform([run], 1)
    assert tree.see(run, "state", "attempt") == (FAILED, 1)


def test_a_task_is_stopped(runner: Runner, tree: Tree) -> None:
    run = tree.start("wait", retries=5)
    threading.Timer(0.3, runner.interrupts.stop, [f"{run}-1"]).start()
    began = time.monotonic()
    runner.perform([run], 1)
    assert time.monotonic() - began < 3
    assert tree.see(run, "state", "error") == (FAILED, "the task was stopped")


def test_a_task_is_stopped_before_it_begins(runner: Runner, tree: Tree) -> None:
    run = tree.start("wait")
    runner.interrupts.stop(f"{run}-1")
    runner.perform([run], 1)
    assert tree.see(run, "error") == ("the task was stopped",)


def test_stopping_another_task_stops_nothing(runner: Runner, tree: Tree) -> None:
    run = tree.start("wait", seconds=0.5)
    threading.Timer(0.1, runner.interrupts.stop, [f"{run}-0"]).start()
    runner.perform([run], 1)
    assert tree.state(run) == DONE


def test_progress_can_be_followed(runner: Runner, tree: Tree, queues: Queues) -> None:
    run = tree.start("read")
    runner.perform([run], 1)
    assert queues.read_progress([run]) == {run: (1.0, "read")}


def test_a_task_needs_no_redis(runner: Runner, tree: Tree, redis: RedisServer) -> None:
    run = tree.start("read")
    redis.kill()
    runner.perform([run], 1)
    assert tree.state(run) == DONE


def test_who_was_given_up_finishes_nothing(runner: Runner, tree: Tree) -> None:
    run = tree.start("wait", seconds=0.5)

    def give_up() -> None:
        wait_for(lambda: tree.state(run) == RUNNING)
        database.run(tree.db, lambda site: attempts.requeue(site, run, 1))

    other = threading.Thread(target=give_up)
    other.start()
    assert runner.perform([run], 1)
    other.join()
    assert tree.see(run, "state", "attempt") == (DUE, 2)


class Flaky:
    """A database that is away for a while."""

    def __init__(self, db: Any, failures: int) -> None:
        self.db = db
        self.failures = failures

    def __getattr__(self, name: str) -> Any:
        return getattr(self.db, name)

    def open(self, *arguments: Any, **options: Any) -> Any:
        if self.failures:
            self.failures -= 1
            raise StorageError("away")
        return self.db.open(*arguments, **options)


def test_a_database_that_is_away_is_waited_for(runner: Runner, tree: Tree) -> None:
    run = tree.start("read")
    runner.db = Flaky(runner.db, 3)
    assert runner.perform([run], 1)
    assert tree.state(run) == DONE


def test_the_wait_has_an_end(runner: Runner, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mserve.tasks.runner.PATIENCE", 0.3)
    run = tree.start("read")
    runner.db = Flaky(runner.db, 1000)
    with pytest.raises(StorageError):
        runner.perform([run], 1)
    assert tree.state(run) == DUE


def test_what_the_tree_does_not_take_is_a_failure(
    runner: Runner, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tree.start("copy")
    of_file = execution.Spool.of_file

    def lost(path: str) -> Any:
        spool = of_file(path)
        spool.discard()
        return spool

    monkeypatch.setattr("mserve.tasks.execution.Spool.of_file", lost)
    runner.perform([run], 1)
    state, error = tree.see(run, "state", "error")
    assert state == FAILED
    assert error.startswith("its outcome could not be recorded: ")
