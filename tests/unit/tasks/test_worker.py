"""A worker performs deliveries and nothing else, tells that it lives, and stops when asked."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from rq import Queue, Worker
from rq.command import send_shutdown_command, send_stop_job_command
from rq.job import Job
from rq.serializers import JSONSerializer

from mserve.settings import Settings
from mserve.tasks import process
from mserve.tasks.delivery import Delivery
from mserve.tasks.queue import ALIVE, Queues, connect
from mserve.tasks.rq_job import FUNCTION
from mserve.tasks.worker import ForeignJob, TaskJob, TaskWorker
from tests.unit.tasks.recorder import Recorder, called
from tests.unit.tasks.support import RedisServer, wait_for

ONE = Delivery("one", 1, "normal")
WAIT = Delivery("wait", 1, "normal")
Start = Callable[..., int]


@pytest.fixture
def start(settings: Settings, queues: Queues) -> Iterator[Start]:
    """Starts a worker in a process of its own; returns its id."""
    children: list[int] = []

    def fork(max_jobs: int = 1000) -> int:
        if pid := os.fork():
            children.append(pid)
            return pid
        code = 1
        try:
            changed = {**vars(settings), "max_jobs": max_jobs}
            recorder = Recorder(settings.redis)
            process.serve(
                Settings(**changed),
                "normal",
                recorder,
                Queues.from_url(settings.redis),
                threading.Event(),
            )
            code = 0
        finally:
            os._exit(code)

    yield fork
    for pid in children:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


def lines(queues: Queues, name: str) -> list[list[str]]:
    found: Any = queues.redis.lrange(name, 0, -1)
    return [line.decode().split() for line in found]


def names(queues: Queues, name: str) -> list[str]:
    return [line[1] for line in lines(queues, name)]


def has_ended(queues: Queues, run: str) -> bool:
    return run in names(queues, "ended")


def end(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def in_process(settings: Settings) -> TaskWorker:
    redis = connect(settings.redis)
    recorder = Recorder(settings.redis)
    return TaskWorker("normal", recorder, Queues(redis), settings, redis, threading.Event())


def test_a_worker_performs_what_is_delivered(start: Start, queues: Queues) -> None:
    start()
    queues.push([ONE, Delivery("two", 3, "normal"), Delivery("other", 1, "priority")])
    wait_for(lambda: len(names(queues, "ended")) == 2)
    assert [line[1:3] for line in lines(queues, "ended")] == [["one", "1"], ["two", "3"]]
    assert queues.waiting("priority") == {"other-1"}
    wait_for(lambda: not queues.redis.keys("rq:job:one*"))
    assert queues.redis.lrange("rq:queue:normal:intermediate", 0, -1) == []


def test_a_delivery_starts_at_once(start: Start, queues: Queues) -> None:
    start()
    queues.push([ONE])
    wait_for(lambda: names(queues, "ended"))
    delays = []
    for number in range(20):
        pushed = time.time()
        queues.push([Delivery(f"run-{number}", 1, "normal")])
        wait_for(partial(has_ended, queues, f"run-{number}"))
        delays.append(float(lines(queues, "began")[-1][0]) - pushed)
    assert sorted(delays)[10] < 0.05


def test_a_failure_does_not_end_the_worker(start: Start, queues: Queues) -> None:
    pid = start()
    queues.push([Delivery("fail", 1, "normal"), ONE])
    wait_for(lambda: names(queues, "ended") == ["one"])
    assert {line[3] for line in lines(queues, "began")} == {str(pid)}


def test_a_worker_ends_after_so_many_jobs(start: Start, queues: Queues) -> None:
    queues.push([Delivery(f"run-{number}", 1, "normal") for number in range(5)])
    assert end(start(max_jobs=2)) == 0
    assert end(start(max_jobs=3)) == 0
    assert len(names(queues, "ended")) == 5


def test_an_idle_worker_ends_soon_when_told(start: Start, queues: Queues) -> None:
    pid = start()
    wait_for(lambda: Worker.all_keys(queues.redis))
    time.sleep(0.2)
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    assert end(pid) == 0
    assert time.monotonic() - began < 2
    assert Worker.all_keys(queues.redis) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_busy_worker_finishes_its_task_and_takes_no_other(
    start: Start, queues: Queues, number: signal.Signals
) -> None:
    queues.push([WAIT, ONE])
    pid = start()
    wait_for(lambda: names(queues, "began"))
    os.kill(pid, number)
    os.kill(pid, number)  # a second one is no harder
    assert end(pid) == 0
    assert names(queues, "ended") == ["wait"]
    assert queues.waiting("normal") == {ONE.id}


def test_rqs_shutdown_command_is_the_same(start: Start, queues: Queues) -> None:
    queues.push([WAIT, ONE])
    pid = start()
    wait_for(lambda: names(queues, "began"))
    [key] = Worker.all_keys(queues.redis)
    send_shutdown_command(queues.redis, key.removeprefix("rq:worker:"))
    assert end(pid) == 0
    assert names(queues, "ended") == ["wait"]


def test_rqs_stop_command_ends_the_task_and_not_the_worker(start: Start, queues: Queues) -> None:
    queues.push([WAIT, ONE])
    start()
    wait_for(lambda: names(queues, "began"))
    began = time.monotonic()
    send_stop_job_command(queues.redis, WAIT.id, JSONSerializer)
    wait_for(lambda: names(queues, "ended") == ["wait", "one"])
    assert time.monotonic() - began < 1.5
    assert queues.redis.lrange("interrupted", 0, -1) == [b"TaskStopped"]


def test_a_task_is_alive_while_it_runs(start: Start, queues: Queues) -> None:
    """Longer than the lease, and known to RQ, too."""
    queues.push([WAIT])
    start()
    wait_for(lambda: names(queues, "began"))
    while not names(queues, "ended"):
        assert queues.alive([WAIT.id]) == {WAIT.id}
        time.sleep(0.1)
    wait_for(lambda: not queues.redis.exists("rq:wip:normal"))
    wait_for(lambda: not queues.alive([WAIT.id]))


def test_a_dead_worker_is_not_alive(start: Start, queues: Queues) -> None:
    queues.push([Delivery("die", 1, "normal")])
    assert end(start()) == -signal.SIGKILL
    assert queues.redis.exists(f"{ALIVE}die-1")
    wait_for(lambda: not queues.alive(["die-1"]), 3)
    assert queues.push([Delivery("die", 1, "normal")]) == set()


def test_a_worker_outlives_redis(start: Start, queues: Queues, redis: RedisServer) -> None:
    pid = start()
    queues.push([ONE])
    wait_for(lambda: names(queues, "ended"))
    for number in range(2):
        redis.kill()
        time.sleep(0.5)
        redis.start()
        queues.push([Delivery(f"run-{number}", 1, "normal")])
        wait_for(partial(has_ended, queues, f"run-{number}"))
    assert {line[3] for line in lines(queues, "ended")} == {str(pid)}


def test_a_task_outlives_redis(start: Start, queues: Queues, redis: RedisServer) -> None:
    pid = start()
    queues.push([WAIT])
    wait_for(lambda: names(queues, "began"))
    time.sleep(1.1)  # what is written once a second is written
    redis.kill()
    redis.start(fresh=True)
    queues.push([ONE])
    wait_for(lambda: names(queues, "ended") == ["wait", "one"])
    os.kill(pid, signal.SIGTERM)
    assert end(pid) == 0


def test_a_worker_waits_for_redis(start: Start, queues: Queues, redis: RedisServer) -> None:
    redis.kill()
    pid = start()
    time.sleep(0.5)
    assert os.waitpid(pid, os.WNOHANG) == (0, 0)
    redis.start()
    queues.push([ONE])
    wait_for(lambda: names(queues, "ended"))


def enqueue(queues: Queues, function: str, *arguments: Any, **options: Any) -> Job:
    queue = Queue("normal", connection=queues.redis, serializer=JSONSerializer)
    return queue.enqueue(function, *arguments, **options)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("os.mkdir", ["{folder}"]),
        ("os.mkdir", ["one", 1]),
        (FUNCTION, [["one"]]),
        (FUNCTION, [["one"], "1"]),
        (FUNCTION, ["one", 1]),
        (FUNCTION, [[], 1]),
        (FUNCTION, [["one", 1], 1]),
        (FUNCTION, [["another"], 1]),
    ],
)
def test_nothing_but_deliveries_is_performed(
    start: Start, queues: Queues, tmp_path: Any, function: str, arguments: list[Any]
) -> None:
    folder = str(tmp_path / "made")
    arguments = [folder if each == "{folder}" else each for each in arguments]
    job = enqueue(queues, function, args=arguments, job_id="one-1")
    queues.push([Delivery("two", 1, "normal")])
    start()
    wait_for(lambda: names(queues, "ended"))
    assert names(queues, "began") == ["two"]
    assert not os.path.exists(folder)
    assert job.is_failed


@pytest.mark.parametrize(("run", "place"), [("one", "success"), ("fail", "failure")])
def test_callbacks_are_not_called(start: Start, queues: Queues, run: str, place: str) -> None:
    [id] = queues.push([Delivery(run, 1, "normal")])
    name = f"{called.__module__}.{called.__qualname__}"
    queues.redis.hset(f"rq:job:{id}", f"{place}_callback_name", name)
    assert end(start(max_jobs=1)) == 0
    assert names(queues, "began") == [run]
    assert not queues.redis.exists("called")


def test_webhooks_are_not_called(queues: Queues) -> None:
    [id] = queues.push([ONE])
    hooks = '[{"url": "http://127.0.0.1:9/", "job_status": "finished"}]'
    queues.redis.hset(f"rq:job:{id}", "webhooks", hooks)
    assert Job.fetch(id, queues.redis, JSONSerializer).webhooks
    assert not TaskJob.fetch(id, queues.redis).webhooks


def test_a_pickle_is_not_read(start: Start, queues: Queues, tmp_path: Any) -> None:
    """RQ's own classes would run it; it makes a folder when it is read."""
    folder = tmp_path / "made"
    pickle = f"cos\nmkdir\n(V{folder}\ntR.".encode()
    [id] = queues.push([ONE])
    queues.redis.hset(f"rq:job:{id}", mapping={"meta": pickle, "data": pickle, "result": pickle})
    queues.push([Delivery("two", 1, "normal")])
    start()
    wait_for(lambda: names(queues, "ended") == ["two"])
    assert not folder.exists()


def test_a_functions_name_is_never_looked_up(queues: Queues) -> None:
    [id] = queues.push([ONE])
    job = TaskJob.fetch(id, queues.redis)
    assert job.parcel() == (["one"], 1)
    with pytest.raises(ForeignJob):
        job.func  # noqa: B018 - it raises


def test_rubbish_in_the_queue_does_not_end_the_worker(start: Start, queues: Queues) -> None:
    queues.redis.hset("rq:job:odd", mapping={"data": b"\x00", "status": "unheard-of"})
    queues.redis.rpush("rq:queue:normal", "odd", "no-such-job", "not an id!")
    queues.push([ONE])
    pid = start()
    wait_for(lambda: names(queues, "ended") == ["one"])
    assert lines(queues, "ended")[0][3] == str(pid)


def test_two_workers_have_two_names(settings: Settings, redis: RedisServer) -> None:
    one, other = in_process(settings), in_process(settings)
    assert one.name != other.name
    assert str(os.getpid()) in one.name
