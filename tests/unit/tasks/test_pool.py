"""A pool keeps its workers alive, stops them softly, and leaves none behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from mserve.errors import SettingsError
from mserve.settings import Settings
from mserve.tasks import pool
from mserve.tasks.delivery import Delivery
from mserve.tasks.queue import Queues
from tests.unit.tasks.support import RedisServer, wait_for

ROOT = Path(__file__).parents[3]
Start = Callable[..., "Pool"]


class Pool:
    """A pool in a process of its own, whose workers write down what they perform."""

    def __init__(self, lines: dict[str, str]) -> None:
        arguments = [f"{name}={value}" for name, value in lines.items()]
        command = [sys.executable, "-m", "tests.unit.tasks.recorder", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT)
        self.parent = psutil.Process(self.process.pid)

    def workers(self) -> set[int]:
        """None of them is the program that an import asks what machine this is."""
        return {child.pid for child in self.parent.children() if self.is_worker(child)}

    def is_worker(self, child: psutil.Process) -> bool:
        """Whether it lives, and is a fork of the pool's own program."""
        try:
            return child.status() != "zombie" and child.cmdline() == self.parent.cmdline()
        except psutil.NoSuchProcess:
            return False

    def descendants(self) -> list[psutil.Process]:
        """Its workers, and theirs, if it lives."""
        return self.parent.children(recursive=True) if self.process.poll() is None else []

    def has(self, count: int) -> set[int] | None:
        """The workers, if there are so many."""
        found = self.workers()
        return found if len(found) == count else None

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = 15.0) -> int:
        return self.process.wait(seconds)


@pytest.fixture
def start(lines: dict[str, str], redis: RedisServer) -> Iterator[Start]:
    """Starts pools; none of their workers waits at Redis any more when the next test pushes."""
    pools: list[Pool] = []

    def begin(workers: str, **more: str) -> Pool:
        changed = {f"mserve.{name}": value for name, value in more.items()}
        pools.append(Pool({**lines, "mserve.workers": workers, **changed}))
        return pools[-1]

    yield begin
    workers = [worker for each in pools for worker in each.descendants()]
    for each in pools:
        each.process.kill()
        each.process.wait()
    psutil.wait_procs(workers, timeout=10)
    waiting = Queues.from_url(redis.url).redis
    wait_for(lambda: waiting.info("clients")["blocked_clients"] == 0)
    waiting.close()


def performed(queues: Queues, name: str = "ended") -> list[list[str]]:
    found: Any = queues.redis.lrange(name, 0, -1)
    return [line.decode().split() for line in found]


def runs(queues: Queues, name: str = "ended") -> set[str]:
    return {line[1] for line in performed(queues, name)}


def has_performed(queues: Queues, run: str, name: str = "ended") -> bool:
    return run in runs(queues, name)


def push(queues: Queues, *runs: str, queue: str = "normal") -> None:
    queues.push([Delivery(run, 1, queue) for run in runs])


def test_each_queue_has_its_workers(start: Start, queues: Queues) -> None:
    pool = start("normal=2 priority=1")
    workers = wait_for(partial(pool.has, 3))
    push(queues, "one")
    push(queues, "two", queue="priority")
    wait_for(lambda: runs(queues) == {"one", "two"})
    assert {int(line[3]) for line in performed(queues)} < workers


def test_a_killed_worker_is_replaced(start: Start, queues: Queues) -> None:
    pool = start("normal=1")
    for number in range(3):
        [pid] = wait_for(partial(pool.has, 1))
        push(queues, f"run-{number}")
        wait_for(partial(has_performed, queues, f"run-{number}"))
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda pid=pid: pool.has(1) not in (None, {pid}))


def test_a_worker_that_keeps_dying_is_replaced_ever_more_slowly(
    start: Start, queues: Queues
) -> None:
    push(queues, *(f"die-{number}" for number in range(20)))
    start("normal=1")
    wait_for(partial(has_performed, queues, "die-3", "began"))
    times = [float(line[0]) for line in performed(queues, "began")]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert all(pause > 0.2 * 2**number for number, pause in enumerate(pauses))


def test_a_recycled_worker_is_replaced_at_once(start: Start, queues: Queues) -> None:
    """With the pauses after a death the workers would begin ever later, at last by ten seconds."""
    push(queues, *(f"run-{number}" for number in range(16)))
    start("normal=1", max_jobs="2")
    wait_for(lambda: len(runs(queues)) == 16, 60.0)
    times = [float(line[0]) for line in performed(queues)]
    first, second = times[8] - times[0], times[-1] - times[8]
    assert second < 3 * first
    assert len({line[3] for line in performed(queues)}) == 8


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_workers_finish(
    start: Start, queues: Queues, number: signal.Signals
) -> None:
    push(queues, "wait-1", "wait-2", "wait-3")
    pool = start("normal=2 priority=1")
    wait_for(lambda: len(runs(queues, "began")) == 2)
    pool.signal(number)
    assert pool.end() == 0
    assert runs(queues) == {"wait-1", "wait-2"}
    assert queues.waiting("normal") == {"wait-3-1"}


def test_a_whole_groups_signal_lets_the_workers_finish(start: Start, queues: Queues) -> None:
    """As Ctrl-C in a terminal does it."""
    push(queues, "wait-1", "wait-2")
    pool = start("normal=1")
    wait_for(lambda: runs(queues, "began"))
    for pid in [*pool.workers(), pool.process.pid]:
        os.kill(pid, signal.SIGINT)
    assert pool.end() == 0
    assert runs(queues) == {"wait-1"}


def test_a_second_signal_kills_the_workers(start: Start, queues: Queues) -> None:
    push(queues, "wait-1")
    pool = start("normal=1")
    wait_for(lambda: runs(queues, "began"))
    pool.signal(signal.SIGTERM)
    time.sleep(0.2)
    pool.signal(signal.SIGTERM)
    pool.end()
    assert runs(queues) == set()


def test_the_workers_die_with_their_parent(start: Start, queues: Queues) -> None:
    push(queues, "wait-1")
    pool = start("normal=2")
    workers = wait_for(partial(pool.has, 2))
    wait_for(lambda: runs(queues, "began"))
    pool.signal(signal.SIGKILL)
    pool.end()
    wait_for(lambda: not any(psutil.pid_exists(pid) for pid in workers), 3)
    assert runs(queues) == set()


def test_workers_wait_for_redis(start: Start, queues: Queues, redis: RedisServer) -> None:
    redis.kill()
    pool = start("normal=2")
    workers = wait_for(partial(pool.has, 2))
    time.sleep(1)
    redis.start()
    push(queues, "one")
    wait_for(lambda: runs(queues))
    assert pool.workers() == workers


def test_the_parent_has_one_thread(start: Start, queues: Queues) -> None:
    pool = start("normal=1")
    push(queues, "one")
    wait_for(lambda: runs(queues))
    assert pool.parent.num_threads() == 1


def test_tasks_that_cannot_be_loaded_stop_the_start(lines: dict[str, str]) -> None:
    settings = Settings.parse({**lines, "mserve.tasks": "no.such.module"})
    with pytest.raises(SettingsError, match=r"no\.such"):
        pool.run(settings, {"normal": 1})
