"""RQ's own command works as mserve's, by the lines of docs/nodes.md, on a queue of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from mserve.tasks.steady import POLL
from tests.functional.jobs import ended, nap
from tests.functional.stack import Stack, wait_for

RQ = str(Path(sys.executable).with_name("rq"))
OURS = ("--config", "mserve.cli.rqconfig")
WORKER = (RQ, "worker", *OURS, "--worker-class", "mserve.cli.rqworker.Worker")
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def environment(unserved: Stack) -> dict[str, str]:
    return {**os.environ, "MSERVE_INI": str(unserved.ini), "MSERVE_DATA": str(unserved.data)}


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([*WORKER, "normal"], env=environment))
        return started[-1]

    yield begin
    for each in started:
        each.kill()
        each.wait()


@pytest.fixture
def client(unserved: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=unserved.demo_url, timeout=30) as client:
        yield client


def test_it_does_what_an_upload_asks_for_and_is_stopped_softly(
    start: Start, client: httpx.Client
) -> None:
    worker = start()
    job = nap(client, "soft.txt", 1.5)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    task = ended(client, job)["sets"][0]["tasks"][0]
    assert (task["state"], task["attempt"]) == ("done", 1)


def test_what_a_killed_one_was_at_is_done_again(start: Start, client: httpx.Client) -> None:
    worker = start()
    job = nap(client, "killed.txt", 4)
    worker.kill()
    worker.wait()
    start()
    task = ended(client, job)["sets"][0]["tasks"][0]
    assert (task["state"], task["attempt"]) == ("done", 2)


def test_it_is_seen_paused_and_its_tasks_are_cancelled(
    unserved: Stack, start: Start, client: httpx.Client, environment: dict[str, str]
) -> None:
    worker = start()
    job = nap(client, "steered.txt", 60)
    told = subprocess.run(
        [RQ, "info", *OURS, "--raw", "normal"], env=environment, capture_output=True, text=True
    )
    assert f"-{worker.pid}-" in told.stdout and "busy" in told.stdout
    with unserved.client(unserved.admin) as admin:
        admin.post("/-/nodes", json={"action": "pause", "queue": "normal"})
        client.post(job, json={"action": "cancel"})
        wait_for(lambda: state_of(admin, worker.pid) == "idle")
        time.sleep(POLL)  # so often workers look whether their queue is paused
        try:
            waits = client.put("waits.txt", content=b"bytes").json()["job"]
            with pytest.raises(AssertionError):
                wait_for(lambda: client.get(waits).json()["started"], 2)
        finally:
            admin.post("/-/nodes", json={"action": "resume", "queue": "normal"})
    assert ended(client, waits)["state"] == "done"


def state_of(admin: httpx.Client, pid: int) -> str:
    """What the worker of that process does."""
    nodes = admin.get("/-/nodes").json()["nodes"]
    [found] = [each["state"] for node in nodes for each in node["workers"] if each["pid"] == pid]
    return str(found)


def test_what_it_is_told_wrongly_ends_it_with_words(environment: dict[str, str]) -> None:
    told = subprocess.run(
        [*WORKER, "normal", "--burst"], env=environment, capture_output=True, text=True
    )
    assert told.returncode == 1 and "Traceback" not in told.stderr
    assert "mserve: mserve's worker does not take --burst" in told.stderr
