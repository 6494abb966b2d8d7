"""Jobs on a real stack: a task that runs is ended when its job is, and the worker goes on."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from PIL import Image

from tests.functional.stack import Stack, wait_for
from tests.unit.tasks.library.films import film

SOON = 2.0  # seconds in which a cancelled task has ended


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    lines = {"workers": "normal=1 priority=1", "sweep_interval": "1"}
    stack = Stack(tasks="tests.functional.slow_tasks", **lines)
    try:
        yield stack.start()
    finally:
        stack.end()


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.demo_url, timeout=30) as client:
        yield client


def put(client: httpx.Client, name: str) -> str:
    """A file whose ingest job has ended; the address of its jobs."""
    made = client.put(name, content=b"bytes").json()
    wait_for(lambda: client.get(made["job"]).json()["ended"])
    return str(made["links"]["jobs"])


def task_of(client: httpx.Client, job: str) -> Any:
    return client.get(job).json()["sets"][0]["tasks"][0]


def work_folders(stack: Stack) -> set[Path]:
    """Of tasks that run."""
    return {*(stack.data / "blobs" / "tmp").glob("task-*")}


@pytest.mark.parametrize("task", ["nap", "doze"])
def test_a_task_that_runs_is_cancelled_within_two_seconds(
    stack: Stack, client: httpx.Client, task: str
) -> None:
    jobs = put(client, f"{task}.txt")
    job = client.post(jobs, json={"task": task}).json()["url"]
    wait_for(lambda: task_of(client, job)["state"] == "running")
    wait_for(lambda: client.get(job).json()["percent"] == 50)
    folders = work_folders(stack)
    began = time.monotonic()
    assert client.post(job, json={"action": "cancel"}).json()["state"] == "cancelled"
    following = client.post(jobs, json={"task": "mime"}).json()["url"]  # there is one worker
    wait_for(lambda: client.get(following).json()["ended"])
    assert time.monotonic() - began < SOON
    assert folders
    assert not folders & work_folders(stack)  # that of the one that followed may be just going
    assert client.get(job).json()["state"] == "cancelled"


def test_a_film_that_is_transcoded_is_cancelled_within_two_seconds_and_leaves_no_file(
    stack: Stack, client: httpx.Client
) -> None:
    made = client.put("film.mp4", content=long_film()).json()
    wait_for(lambda: client.get(made["job"]).json()["ended"])
    before = blobs(stack)
    order = {"task": "transcode", "arguments": {"preset": "webm-720p"}}
    job = client.post(made["links"]["jobs"], json=order).json()["url"]
    wait_for(lambda: client.get(job).json()["percent"] > 0)
    (scratch,) = stack.data.glob("blobs/tmp/task-*")
    (film,) = scratch.glob("*.webm")
    (transcoder,) = [each for each in stack.processes() if has_open(each, film)]
    began = time.monotonic()
    assert client.post(job, json={"action": "cancel"}).json()["state"] == "cancelled"
    wait_for(lambda: not transcoder.is_running() and not scratch.exists(), SOON)
    assert time.monotonic() - began < SOON
    following = client.post(made["links"]["jobs"], json={"task": "mime"}).json()["url"]
    wait_for(lambda: client.get(following).json()["ended"])
    assert blobs(stack) == before
    assert client.get(job).json()["state"] == "cancelled"
    assert task_of(client, job)["outputs"] == []


def long_film() -> bytes:
    """Six seconds of noise, which VP9 needs much longer for."""
    pictures = [Image.effect_noise((640, 360), 20 + n).convert("RGB") for n in range(25)]
    return film(pictures=pictures * 6)


def blobs(stack: Stack) -> set[Path]:
    return {each for each in stack.data.glob("blobs/**/*.blob") if each.stat().st_size}


def has_open(process: psutil.Process, path: Path) -> bool:
    try:
        return str(path) in {each.path for each in process.open_files()}
    except psutil.Error:  # it has ended, or is a zombie
        return False


def test_a_cancelled_job_is_retried(client: httpx.Client) -> None:
    jobs = put(client, "again.txt")
    arguments = {"seconds": 1.0}
    job = client.post(jobs, json={"task": "doze", "arguments": arguments}).json()["url"]
    wait_for(lambda: task_of(client, job)["state"] == "running")
    client.post(job, json={"action": "cancel"})
    assert client.post(job, json={"action": "retry"}).json()["state"] == "running"
    wait_for(lambda: client.get(job).json()["ended"])
    assert client.get(job).json()["state"] == "done"
    [attempt] = task_of(client, job)["attempts"]
    assert (attempt["number"], attempt["error"]) == (2, None)
    assert attempt["seconds"] >= 1.0 and attempt["memory"] > 1 << 20


def test_reading_starts_the_workflow_of_accesses(stack: Stack, client: httpx.Client) -> None:
    put(client, "read.txt")
    admin = httpx.Client(headers={"Authorization": f"Bearer {stack.admin}"}, timeout=30)
    profile = stack.url.rstrip("/") + "/demo/files/-/profiles/default"
    with admin:
        document = admin.get(profile).json()
        document["workflows"]["access"] = {"sets": [{"tasks": [{"task": "checksum"}]}]}
        assert admin.put(profile, json=document).status_code == 200
        for _ in range(3):
            assert client.get("read.txt").content == b"bytes"
        found = wait_for(
            lambda: [
                each
                for each in client.get("read.txt/-/jobs").json()["items"]
                if each["trigger"] == "access"
            ]
        )
        assert len(found) == 1
        wait_for(lambda: client.get(found[0]["url"]).json()["state"] == "done")
        del document["workflows"]["access"]
        assert admin.put(profile, json=document).status_code == 200
