"""Sweeps find what was lost between tree and queue, and leave alone what was not."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mserve import database
from mserve.resources.run import CANCELLED, DONE, DUE, FAILED, RUNNING
from mserve.settings import Settings
from mserve.tasks import attempts, ending, engine, outlook, process, scheduler
from mserve.tasks.abandoned import remove_abandoned
from mserve.tasks.claim import Taker
from mserve.tasks.interrupt import Interrupts
from mserve.tasks.outbox import bind
from mserve.tasks.queue import ALIVE, Queues
from mserve.tasks.runner import Runner
from mserve.tasks.scheduler import Scheduler
from tests.unit.tasks.support import RedisServer, Tree, wait_for


@pytest.fixture
def sweeper(db: Any, queues: Queues, settings: Settings) -> Scheduler:
    return Scheduler(db, queues, settings)


class Dying:
    """A performer whose process is killed before it claims."""

    worker = ""

    def __init__(self) -> None:
        self.interrupts = Interrupts()

    def perform(self, run_id: str, attempt: int) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return True


def lose(settings: Settings) -> None:
    """A worker takes what comes first, and is killed."""
    if pid := os.fork():
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL
        return
    try:
        queues = Queues.from_url(settings.redis)
        process.serve(settings, "normal", Dying(), queues, threading.Event())
    finally:
        os._exit(1)


def forget_life(queues: Queues, run: str, attempt: int = 1) -> None:
    """What time does to the heartbeat of a dead worker."""
    queues.redis.delete(f"{ALIVE}{run}-{attempt}")


def claim(tree: Tree, run: str, lease: float = 0.0) -> None:
    assert database.run(tree.db, lambda site: attempts.claim(site, run, 1, Taker("gone", lease)))


def test_what_waits_is_left_alone(sweeper: Scheduler, tree: Tree, queues: Queues) -> None:
    run = tree.start("read")
    for _ in range(3):
        sweeper.sweep()
    assert tree.see(run, "state", "attempt") == (DUE, 1)
    assert queues.redis.llen("rq:queue:normal") == 1


def test_what_was_never_pushed_is_pushed_at_once(
    sweeper: Scheduler, tree: Tree, queues: Queues
) -> None:
    bind(tree.db, Queues.from_url("redis://127.0.0.1:1"))
    run = tree.start("read")
    bind(tree.db, queues)
    assert queues.waiting("normal") == set()
    sweeper.sweep()
    assert queues.waiting("normal") == {f"{run}-1"}
    assert tree.see(run, "attempt") == (1,)


def test_a_redis_that_lost_everything_is_filled_again(
    sweeper: Scheduler, tree: Tree, queues: Queues, redis: RedisServer, runner: Runner
) -> None:
    runs = [tree.start("read") for _ in range(5)]
    redis.kill()
    redis.start(fresh=True)
    assert queues.waiting("normal") == set()
    sweeper.sweep()
    assert queues.waiting("normal") == {f"{run}-1" for run in runs}


def test_a_delivery_lost_before_the_claim_is_found_again(
    sweeper: Scheduler, tree: Tree, queues: Queues, settings: Settings, runner: Runner
) -> None:
    run = tree.start("read")
    lose(settings)
    assert queues.waiting("normal") == set()
    assert tree.state(run) == DUE
    sweeper.sweep()
    sweeper.sweep()
    assert tree.see(run, "attempt") == (1,), "its worker is believed to be alive for a while"
    wait_for(lambda: not queues.alive([f"{run}-1"]))
    sweeper.sweep()
    assert tree.see(run, "attempt") == (1,), "one sweep is not enough"
    sweeper.sweep()
    assert tree.see(run, "state", "attempt") == (DUE, 2)
    assert queues.waiting("normal") == {f"{run}-2"}
    assert queues.redis.ttl(f"rq:job:{run}-1") > 0, "RQ would keep it for ever"
    assert not runner.perform([run], 1)
    assert runner.perform([run], 2)
    assert tree.state(run) == DONE


def test_a_delivery_lost_in_rqs_own_hands_is_found_again(
    sweeper: Scheduler, tree: Tree, queues: Queues
) -> None:
    run = tree.start("read")
    queues.redis.lmove("rq:queue:normal", "rq:queue:normal:intermediate")
    sweeper.sweep()
    sweeper.sweep()
    assert queues.waiting("normal") == {f"{run}-2"}


def test_a_worker_that_died_in_the_task_is_noticed(
    sweeper: Scheduler, tree: Tree, queues: Queues, runner: Runner
) -> None:
    run = tree.start("read")
    queues.redis.lpop("rq:queue:normal")
    claim(tree, run)
    sweeper.sweep()
    assert tree.see(run, "state", "attempt") == (RUNNING, 1)
    sweeper.sweep()
    assert tree.see(run, "state", "attempt") == (DUE, 2)
    assert runner.perform([run], 2)
    assert tree.job(run)[0] == DONE


def test_who_is_alive_may_take_longer_than_the_lease(
    sweeper: Scheduler, tree: Tree, queues: Queues
) -> None:
    run = tree.start("read")
    claim(tree, run)
    queues.beat([f"{run}-1"], 30)
    for _ in range(3):
        sweeper.sweep()
    assert tree.see(run, "state", "attempt") == (RUNNING, 1)


def test_who_has_a_lease_need_not_be_alive(sweeper: Scheduler, tree: Tree) -> None:
    run = tree.start("read")
    claim(tree, run, lease=30.0)
    for _ in range(3):
        sweeper.sweep()
    assert tree.see(run, "state", "attempt") == (RUNNING, 1)


def test_who_comes_back_to_life_is_not_given_up(
    sweeper: Scheduler, tree: Tree, queues: Queues
) -> None:
    run = tree.start("read")
    claim(tree, run)
    for alive in (False, True, False):
        queues.beat([f"{run}-1"], 30) if alive else forget_life(queues, run)
        sweeper.sweep()
    assert tree.see(run, "state", "attempt") == (RUNNING, 1)


def test_a_sweep_that_could_not_look_does_not_count(
    sweeper: Scheduler, tree: Tree, queues: Queues, redis: RedisServer
) -> None:
    run = tree.start("read")
    claim(tree, run)
    sweeper.turn()
    redis.kill()
    sweeper.turn()
    redis.start()
    sweeper.turn()
    assert tree.see(run, "attempt") == (1,)
    sweeper.turn()
    assert tree.see(run, "attempt") == (2,)


def test_a_retry_is_pushed_when_its_pause_is_over(
    sweeper: Scheduler,
    tree: Tree,
    queues: Queues,
    runner: Runner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ending, "BACKOFF", 300_000)  # µs
    run = tree.start("break", retries=1)
    queues.redis.flushall()
    runner.perform([run], 1)
    sweeper.sweep()
    assert queues.waiting("normal") == set()
    time.sleep(0.35)
    sweeper.sweep()
    assert queues.waiting("normal") == {f"{run}-2"}
    runner.perform([run], 2)
    assert tree.state(run) == FAILED


def test_a_job_whose_worker_died_before_it_advanced_is_advanced(
    sweeper: Scheduler, tree: Tree, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tree.start("read")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "advance", lambda site, job: None)
        runner.perform([run], 1)
    assert tree.job(run)[0] == RUNNING
    sweeper.sweep()
    assert tree.job(run)[0] == DONE


def test_the_job_of_a_file_that_went_with_its_folder_is_cancelled(
    sweeper: Scheduler, tree: Tree
) -> None:
    run = tree.start("read")

    def drop(site: Any) -> None:
        mfile = site.run(run).job.mfile
        mfile.__parent__.drop(mfile.__name__)

    database.run(tree.db, drop)
    sweeper.sweep()
    assert tree.job(run)[0] == CANCELLED


def test_a_long_sweep_is_followed_by_a_long_rest(
    sweeper: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        raise SystemExit

    monkeypatch.setattr(scheduler.time, "sleep", rest)
    for took in (0.0, 100.0):
        monkeypatch.setattr(sweeper, "turn", lambda took=took: setattr(sweeper, "swept", took))
        with pytest.raises(SystemExit):
            sweeper.run()
    assert rests[0] <= sweeper.interval
    assert rests[1] == 900.0


def test_two_schedulers_requeue_once(
    sweeper: Scheduler, tree: Tree, queues: Queues, settings: Settings
) -> None:
    other = Scheduler(tree.db, queues, settings)
    run = tree.start("read")
    claim(tree, run)
    for _ in range(2):
        sweeper.sweep()
        other.sweep()
    assert tree.see(run, "attempt") == (2,)


def test_that_redis_is_away_is_told_once(
    sweeper: Scheduler, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="mserve.tasks.scheduler")
    redis.kill()
    for _ in range(3):
        sweeper.turn()
    redis.start()
    sweeper.turn()
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "no sweeps",
        "sweeping again",
    ]


def test_a_fault_does_not_end_the_scheduler(
    sweeper: Scheduler, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook, "look", partial(divmod, 1))
    sweeper.turn()


def test_a_scheduler_tells_that_it_is_there(sweeper: Scheduler, queues: Queues) -> None:
    sweeper.turn()
    value: Any = queues.redis.get("mserve:scheduler")
    facts = json.loads(value)
    assert facts["pid"] == os.getpid()
    assert abs(facts["time"] - time.time()) < 5
    assert 4000 < queues.redis.pttl("mserve:scheduler") <= 5000


def test_abandoned_files_are_removed(tmp_path: Path) -> None:
    for name in ("task-old", "task-young", "task-busy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_text("done")
    (tmp_path / "spool-old").touch()
    (tmp_path / "spool-young").touch()
    (tmp_path / ".layout").touch()
    (tmp_path / "link-old").symlink_to(tmp_path / "task-young")
    day_before = time.time() - 100_000
    for name in ("task-old/half", "task-old", "task-busy", "spool-old", ".layout", "link-old"):
        os.utime(tmp_path / name, (day_before, day_before), follow_symlinks=False)
    remove_abandoned(tmp_path, 86_400)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"task-young", "task-busy", "spool-young", ".layout"}
    assert (tmp_path / "task-young" / "half").exists()


def test_a_turn_cleans(sweeper: Scheduler) -> None:
    folder = Path(sweeper.db.storage.temporaryDirectory())
    old = folder / "task-abandoned"
    old.mkdir()
    os.utime(old, (0, 0))
    sweeper.turn()
    assert not old.exists()


def test_a_scheduler_ends_when_told(lines: dict[str, str], db: Any, queues: Queues) -> None:
    """It waits for a database that another process has open, and so is in the middle of waiting."""
    program = (
        "import sys; from mserve.settings import Settings; from mserve.tasks import scheduler;"
        "scheduler.run(Settings.parse(dict(each.split('=', 1) for each in sys.argv[1:])))"
    )
    db.close()
    arguments = [f"{name}={value}" for name, value in lines.items()]
    child = subprocess.Popen([sys.executable, "-c", program, *arguments])
    try:
        wait_for(lambda: queues.redis.exists(scheduler.HEARTBEAT))
        child.terminate()
        assert child.wait(5) == 0
    finally:
        child.kill()
        child.wait()
