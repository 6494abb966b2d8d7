"""Following jobs on a real stack: two web processes, workers and ZEO as processes, a real Redis."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest

from mserve.tasks.outbox import AWAY
from tests.functional.stack import Stack, wait_for

SOON = 2.0  # seconds


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    lines = {"workers": "normal=1 priority=1", "sweep_interval": "1", "web_processes": "2"}
    stack = Stack(tasks="tests.functional.slow_tasks", waiters="40", **lines)
    try:
        yield stack.start()
    finally:
        stack.kill()  # a worker that lost its Redis is slow to stop
        stack.end()


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.demo_url, timeout=30) as client:
        yield client


@pytest.fixture
def file(client: httpx.Client) -> Any:
    made = client.put(f"{time.time_ns()}.txt", content=b"bytes").json()
    assert client.get(made["job"], params={"wait": 30}).json()["state"] == "done"
    return made


def start(client: httpx.Client, file: Any, seconds: float, task: str = "nap") -> Any:
    document = {"task": task, "arguments": {"seconds": seconds}}
    return client.post(file["links"]["jobs"], json=document).json()


def webs(stack: Stack) -> list[psutil.Process]:
    return [each for each in stack.processes() if "pserve" in " ".join(each.cmdline())]


def threads(stack: Stack) -> int:
    return sum(each.num_threads() for each in webs(stack))


def events(lines: Iterator[str]) -> Iterator[tuple[str, str | None, Any]]:
    """Name, id and data of each."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], fields.get("id"), json.loads(fields["data"])
            fields = {}


class Reader(threading.Thread):
    """Reads a stream to its end."""

    def __init__(self, url: str, **headers: str) -> None:
        super().__init__(daemon=True)
        self.url, self.headers = url, headers
        self.seen: list[tuple[str, str | None, Any]] = []
        self.answer: httpx.Response | None = None
        self.times: list[float] = []
        self.start()

    def run(self) -> None:
        options: Any = {"headers": self.headers, "timeout": 60, "verify": False}
        with httpx.stream("GET", self.url, **options) as self.answer:
            for each in events(self.answer.iter_lines()):
                self.seen.append(each)
                self.times.append(time.monotonic())

    def names(self) -> list[str]:
        return [name for name, _, _ in self.seen]

    def ended(self) -> bool:
        return not self.is_alive()


def test_a_job_is_told_of_to_all_who_follow_it_in_both_processes(
    client: httpx.Client, file: Any
) -> None:
    job = start(client, file, 2.0)
    readers = [Reader(f"{job['url']}/events") for _ in range(8)]
    wait_for(lambda: all(each.ended() for each in readers), 20)
    for reader in readers:
        names = reader.names()
        assert names[0] == "job" and names[-2:] == ["job", "end"] and "progress" in names
        assert reader.seen[-1][1:] == ("end", {"state": "done"})
        states = [data["state"] for name, _, data in reader.seen if name == "job"]
        assert states[-1] == "done" and "running" in states
        told = [data for name, _, data in reader.seen if name == "progress"]
        assert told[-1]["percent"] == 50
        assert {"fraction": 0.5, "words": "half done"} in told[-1]["tasks"].values()
        assert all(id for name, id, _ in reader.seen if name == "job")
        assert reader.answer and reader.answer.headers["Content-Type"] == "text/event-stream"
        assert reader.answer.headers["X-Accel-Buffering"] == "no"
        assert reader.answer.headers["Cache-Control"] == "no-store"
    assert max(each.times[-1] for each in readers) - min(each.times[-1] for each in readers) < SOON


def test_no_end_is_missed(client: httpx.Client, file: Any) -> None:
    """Though a worker's message may be here before this process has heard of its commit."""
    for _ in range(25):
        began = time.monotonic()
        job = client.post(file["links"]["jobs"], params={"wait": 30}, json={"task": "mime"})
        assert (job.status_code, job.json()["state"]) == (200, "done")
        assert time.monotonic() - began < SOON


def test_a_wait_ends_with_the_job_or_with_its_time(client: httpx.Client, file: Any) -> None:
    job = start(client, file, 1.5)
    began = time.monotonic()
    answer = client.get(job["url"], params={"wait": 1})
    assert answer.status_code == 200 and answer.json()["ended"] is None
    assert time.monotonic() - began > 0.9
    answer = client.get(job["url"], params={"wait": 30})
    assert answer.status_code == 200 and answer.json()["state"] == "done"
    assert time.monotonic() - began < 1.5 + SOON
    document = {"task": "nap", "arguments": {"seconds": 1.2}}
    made = client.post(file["links"]["jobs"], params={"wait": 1}, json=document)
    assert made.status_code == 202 and made.headers["Location"] == made.json()["url"]
    client.get(made.json()["url"], params={"wait": 30})


def test_a_reader_that_goes_away_frees_its_thread(
    stack: Stack, client: httpx.Client, file: Any
) -> None:
    before = wait_for(lambda: threads(stack))
    job = start(client, file, 30)
    command = ["curl", "-sN", f"{job['url']}/events"]
    curls = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(20)]
    for curl in curls:
        assert curl.stdout and curl.stdout.readline()
    wait_for(lambda: threads(stack) >= before + 20, 5)
    for curl in curls:
        curl.kill()
        curl.communicate()
    wait_for(lambda: threads(stack) <= before + 2, SOON)  # one listens to Redis in each process
    client.post(job["url"], json={"action": "cancel"})


def test_who_is_one_too_many_is_told_to_come_again(client: httpx.Client, file: Any) -> None:
    job = start(client, file, 30)
    url = httpx.URL(f"{job['url']}/events")
    lines = f"GET {url.raw_path.decode()} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\n\r\n"
    readers = []
    heads = []
    for _ in range(90):  # of 80 in both processes
        readers.append(socket.create_connection((url.host, url.port or 80), timeout=20))
        readers[-1].sendall(lines.encode())
        heads.append(readers[-1].recv(1 << 16))
    refused = [head for head in heads if head.startswith(b"HTTP/1.1 503")]
    assert len(refused) >= 10 and all(b"Retry-After: 2" in head for head in refused)
    assert client.get(job["url"]).status_code == 200
    for reader in readers:
        reader.close()
    assert client.post(job["url"], json={"action": "cancel"}).json()["state"] == "cancelled"
    wait_for(lambda: httpx.get(url).status_code == 200)


def test_a_key_that_is_revoked_sees_no_more(client: httpx.Client, file: Any) -> None:
    made = client.post(f"{file['url']}/-/keys", json={"role": "mfilereadonly"}).json()
    job = start(client, file, 4)
    reader = Reader(f"{made['url']}-/jobs/{job['id']}/events")
    wait_for(lambda: "progress" in reader.names())
    keys = {data["url"].partition("/-/")[0] for name, _, data in reader.seen if name == "job"}
    assert keys == {made["url"].rstrip("/")}
    assert client.delete(f"{file['url']}/-/keys/{made['id']}").status_code == 204
    wait_for(reader.ended, 8)
    assert reader.seen[-1] == ("end", "end", {"state": None})


def test_the_jobs_of_a_service_are_followed(client: httpx.Client, file: Any) -> None:
    service = client.get("", headers={"Accept": "application/json"}).url
    readers = [Reader(f"{service}-/jobs/events"), Reader(f"{file['url']}/-/jobs/events")]
    wait_for(lambda: all(each.answer for each in readers))
    job = start(client, file, 0.5)
    other = client.put(f"{time.time_ns()}.txt", content=b"other").json()["job"]
    told = {"id": job["id"], "url": job["url"], "name": "nap", "state": "done", "percent": 100}
    for reader in readers:
        wait_for(lambda reader=reader: ("job", None, told) in reader.seen, 20)
    wait_for(lambda: any(each[2]["url"] == other for each in readers[0].seen))
    assert {data["id"] for _, _, data in readers[1].seen} == {job["id"]}


def test_who_follows_does_not_hold_up_a_stop(stack: Stack, client: httpx.Client, file: Any) -> None:
    job = start(client, file, 30)
    readers = [Reader(f"{job['url']}/events") for _ in range(4)]
    wait_for(lambda: all("job" in each.names() for each in readers))
    old = [each.pid for each in webs(stack)]
    began = time.monotonic()
    for pid in old:
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not any(psutil.pid_exists(pid) for pid in old), 10)
    assert time.monotonic() - began < 5
    wait_for(lambda: all(each.ended() for each in readers), 5)
    wait_for(lambda: client.post(job["url"], json={"action": "cancel"}).status_code == 200)


def test_redis_may_go_and_come_back(stack: Stack, client: httpx.Client, file: Any) -> None:
    job = start(client, file, 30)
    readers = [Reader(f"{job['url']}/events") for _ in range(4)]
    wait_for(lambda: all("job" in each.names() for each in readers))
    pid = stack.pids()["redis"]
    os.kill(pid, signal.SIGKILL)
    assert client.post(job["url"], json={"action": "cancel"}).json()["state"] == "cancelled"
    wait_for(lambda: all(each.ended() for each in readers), 10)
    assert {each.seen[-1][2]["state"] for each in readers} == {"cancelled"}
    stack.await_new_pid("redis", pid)
    time.sleep(AWAY)  # in which nobody tells a Redis anything that did not answer
    for _ in range(3):
        job = start(client, file, 30)
        reader = Reader(f"{job['url']}/events")
        wait_for(lambda reader=reader: "job" in reader.names())
        time.sleep(1)  # by now the process listens again
        client.post(job["url"], json={"action": "cancel"})
        wait_for(reader.ended, 1.5)
