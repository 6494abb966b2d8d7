"""Workers of a pool share what forks their confined tasks; whoever is killed, nothing is left."""

import os
import signal
import sys
from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.functional.jobs import ended, nap
from tests.functional.stack import Stack, wait_for

SERVER = "multiprocessing.forkserver"


@pytest.fixture
def client(unserved: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=unserved.demo_url, timeout=30) as client:
        yield client


@pytest.fixture
def pool(unserved: Stack) -> Iterator[psutil.Process]:
    """The parent of two workers; in the end nothing of it may be left."""
    environment = {**os.environ, "MSERVE_DATA": str(unserved.data)}
    command = [sys.executable, "-m", "mserve.cli", "worker", str(unserved.ini), "normal=2"]
    parent = psutil.Popen(command, env=environment)
    try:
        wait_for(lambda: len(workers(parent)) == 2)
        yield parent
    finally:
        left = everything(parent)
        parent.terminate()
        try:
            parent.wait(20)
        except psutil.TimeoutExpired:
            parent.kill()
    assert psutil.wait_procs(left, timeout=10)[1] == []


def everything(parent: psutil.Process) -> list[psutil.Process]:
    return parent.children(recursive=True) if parent.is_running() else []


def servers(parent: psutil.Process) -> list[psutil.Process]:
    """What forks tasks, but not the tasks that it has forked."""
    found = [each for each in everything(parent) if SERVER in " ".join(words_of(each))]
    return [each for each in found if each.ppid() not in [other.pid for other in found]]


def workers(parent: psutil.Process) -> list[psutil.Process]:
    return [each for each in parent.children() if words_of(each)[-1:] == ["normal=2"]]


def words_of(process: psutil.Process) -> list[str]:
    """Its command line; nothing of one that has ended."""
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


def doze(client: httpx.Client, name: str, seconds: float) -> str:
    return nap(client, name, seconds, task="doze")


def test_two_workers_share_one_server(pool: psutil.Process, client: httpx.Client) -> None:
    assert pool.num_threads() == 1
    jobs = [doze(client, f"{number}.txt", 4) for number in range(2)]
    assert len(servers(pool)) == 1
    assert [ended(client, job)["state"] for job in jobs] == ["done", "done"]


def test_without_the_server_each_worker_goes_on(pool: psutil.Process, client: httpx.Client) -> None:
    job = doze(client, "served.txt", 4)
    [server] = servers(pool)
    server.send_signal(signal.SIGKILL)
    [task] = ended(client, job)["sets"][0]["tasks"]
    assert (task["state"], task["attempt"]) == ("done", 2)
    job = doze(client, "alone.txt", 0.2)
    assert ended(client, job)["state"] == "done"


def test_a_killed_worker_takes_its_task_along_and_no_other(
    pool: psutil.Process, client: httpx.Client
) -> None:
    jobs = [doze(client, f"killed-{number}.txt", 100) for number in range(2)]
    [server] = servers(pool)
    tasks = server.children()
    workers(pool)[0].kill()
    wait_for(lambda: [each.is_running() for each in tasks].count(False) == 1)
    wait_for(lambda: attempts(client, jobs) == [1, 2])
    assert [each.pid for each in servers(pool)] == [server.pid]
    assert [each.is_running() for each in tasks].count(True) == 1
    for job in jobs:
        client.post(job, json={"action": "cancel"})


def attempts(client: httpx.Client, jobs: list[str]) -> list[int]:
    """Which attempt each job's task is at, the least first."""
    tasks = [client.get(job).json()["sets"][0]["tasks"][0] for job in jobs]
    return sorted(each["attempt"] for each in tasks if each["state"] == "running")


def test_with_the_parent_all_is_gone(pool: psutil.Process, client: httpx.Client) -> None:
    doze(client, "orphan.txt", 30)
    left = everything(pool)
    assert len(left) >= 5  # two workers, a server, a task, and what tracks resources
    pool.kill()
    assert psutil.wait_procs(left, timeout=10)[1] == []
