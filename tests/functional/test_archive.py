"""Archive and retrieval on a real stack, whose parts are killed in the middle: no byte is lost."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from mserve.client import Client
from tests.functional.stack import Stack, wait_for

LARGE = 96 << 20  # bytes: long enough on their way to be met there
SMALL = 8  # files
BLOCK = os.urandom(1 << 20)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mserve-archive-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def stack(folder: Path) -> Iterator[Stack]:
    hurry = {"workers": "normal=2 priority=1", "lease": "2", "heartbeat": "0.5"}
    stack = Stack(archive=str(folder), sweep_interval="0.5", **hurry)
    try:
        yield stack.start()
    finally:
        stack.end()


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.demo_url, timeout=60) as client:
        yield client


def blocks(size: int) -> Iterator[bytes]:
    for number in range(size >> 20):
        yield number.to_bytes(8, "big") + BLOCK[8:]


def put(client: httpx.Client, name: str, size: int) -> str:
    """A file, once its ingest job has ended; its SHA-256."""
    made = client.put(name, content=blocks(size)).json()
    wait_for(lambda: client.get(made["job"]).json()["ended"])
    return str(made["sha256"])


def start(client: httpx.Client, name: str, task: str) -> str:
    answer = client.post(f"{name}/-/jobs", json={"task": task})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["url"])


def await_end(client: httpx.Client, job: str) -> Any:
    """The job, which has ended well."""
    ended = wait_for(lambda: asked(client, job).get("ended") and asked(client, job))
    assert ended["state"] == "done", ended
    return ended


def asked(client: httpx.Client, url: str) -> Any:
    """The JSON there; nothing as long as a part is away."""
    try:
        answer = client.get(url, headers={"Accept": "application/json"})
    except httpx.HTTPError:
        return {}
    return answer.json() if answer.status_code == 200 else {}


def stored(client: httpx.Client, name: str) -> str:
    return str(wait_for(lambda: asked(client, f"{name}/-/info").get("stored")))


def digest(client: httpx.Client, name: str) -> str | None:
    """The SHA-256 of the bytes; None as long as they are on their way."""
    with client.stream("GET", f"{name}/-/content") as answer:
        if answer.status_code in (202, 503):
            return None
        assert answer.status_code == 200
        found = hashlib.sha256()
        for block in answer.iter_bytes():
            found.update(block)
    return found.hexdigest()


def kill_workers(stack: Stack) -> None:
    for process in psutil.Process(stack.pids()["worker"]).children(recursive=True):
        process.send_signal(signal.SIGKILL)


def pack(stack: Stack) -> None:
    run(stack, "pack", "--days", "0")


def run(stack: Stack, name: str, *options: str) -> str:
    """What a command of mserve prints, which has to end well."""
    command = [sys.executable, "-m", "mserve.cli", name, str(stack.ini), *options]
    environment = {**os.environ, "MSERVE_DATA": str(stack.data)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def largest(stack: Stack) -> int:
    blobs = (stack.data / "blobs").rglob("*.blob")
    return max((path.stat().st_size for path in blobs), default=0)


def test_a_worker_that_is_killed_amid_archiving_and_retrieving_loses_nothing(
    stack: Stack, client: httpx.Client, folder: Path
) -> None:
    sha256 = put(client, "large.bin", LARGE)
    job = start(client, "large.bin", "archive")
    wait_for(lambda: [*folder.rglob(".draft-*")])
    kill_workers(stack)
    assert stored(client, "large.bin") == "here"
    assert [*folder.rglob(sha256)] == []
    assert digest(client, "large.bin") == sha256
    ended = await_end(client, job)
    assert ended["sets"][0]["tasks"][0]["attempt"] > 1
    assert stored(client, "large.bin") == "archived"
    pack(stack)
    assert largest(stack) < LARGE
    answer = client.get("large.bin")
    assert (answer.status_code, answer.json()["stored"]) == (202, "retrieving")
    wait_for(lambda: [*(stack.data / "blobs" / "tmp").glob("task-*/content")])
    kill_workers(stack)
    assert client.get("large.bin").json()["job"] == answer.json()["job"]
    await_end(client, answer.json()["job"])
    assert digest(client, "large.bin") == sha256
    assert hashlib.sha256(b"".join(blocks(LARGE))).hexdigest() == sha256


def test_a_database_that_is_killed_while_contents_come_and_go_loses_nothing(
    stack: Stack, client: httpx.Client, tmp_path: Path
) -> None:
    names = [f"small-{number}.bin" for number in range(SMALL)]
    digests = {name: put(client, name, 1 << 20) for name in names}
    for task in ("archive", "retrieve", "archive"):
        jobs = [start(client, name, task) for name in names]
        time.sleep(0.3)
        zeo = stack.pids()["zeo"]
        os.kill(zeo, signal.SIGKILL)
        stack.await_new_pid("zeo", zeo)
        for job in jobs:
            await_end(client, job)
    assert {stored(client, name) for name in names} == {"archived"}
    pack(stack)
    assert run(stack, "check", "--copies", "--digests") == "all is well\n"
    with Client(stack.demo_url) as patient:  # asks again until the bytes have come back
        assert patient.get(names[0], tmp_path / "back") == digests[names[0]]
    for name in names:
        assert wait_for(lambda name=name: digest(client, name)) == digests[name]
