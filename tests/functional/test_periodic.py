"""What starts by the clock, and rounds, with four schedulers that are killed at any time."""

import http.server
import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from mserve import database
from mserve.resources import clock
from mserve.settings import Settings
from tests.functional.stack import Stack, wait_for

SCHEDULES, TICKS, FILES = 50, 3, 150
LONG = 240  # seconds, on a busy machine
NEW_YEAR = "0 0 1 1 *"
YEAR = 370 * 86_400 * clock.SECOND
TASKS = [{"task": "count", "arguments": {}}]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    lines = {"workers": "normal=2", "sweep_interval": "0.5", "outside_allow": "127.0.0.0/8"}
    stack = Stack(tasks="tests.functional.slow_tasks", **lines)
    try:
        yield stack.start()
    finally:
        stack.end()


@pytest.fixture
def see(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """`see(function)`: what function(service) returns, in a transaction of this process."""
    monkeypatch.setenv("MSERVE_DATA", str(stack.data))
    db = database.open_database(Settings.from_ini(stack.ini))
    try:
        yield lambda act: database.run(db, lambda site: act(site["demo"]["files"]))
    finally:
        db.close()


class Schedulers:
    """Three beside the stack's own, each started again when it was killed."""

    def __init__(self, stack: Stack) -> None:
        self.command = [sys.executable, "-m", "mserve.cli", "scheduler", str(stack.ini)]
        self.environment = {**os.environ, "MSERVE_DATA": str(stack.data)}
        self.console = (stack.data / "logs" / "schedulers.log").open("ab")
        self.processes = [self.start() for _ in range(3)]

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command, env=self.environment, stdout=self.console, stderr=self.console
        )

    def kill_one(self) -> None:
        """kill -9 of any of them."""
        number = random.randrange(len(self.processes))
        self.processes[number].send_signal(signal.SIGKILL)
        self.processes[number].wait()
        self.processes[number] = self.start()

    def end(self) -> None:
        for each in self.processes:
            each.kill()
            each.wait()
        self.console.close()


@pytest.fixture(scope="module")
def schedulers(stack: Stack) -> Iterator[Schedulers]:
    schedulers = Schedulers(stack)
    try:
        yield schedulers
    finally:
        schedulers.end()


@pytest.fixture
def admin(stack: Stack) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {stack.admin}"}
    with httpx.Client(base_url=f"{stack.url}/demo/files/", headers=headers, timeout=60) as client:
        yield client


def put(admin: httpx.Client, workflows: Any) -> None:
    answer = admin.put("-/profiles/default", json={"workflows": workflows})
    assert answer.status_code == 200, answer.text


def strike(service: Any) -> None:
    """The time of each schedule has come: as far as it knows, it ran last a year ago."""
    for scheduled in service.schedules.values():
        scheduled.go_on(clock.now() - YEAR)


def is_quiet(service: Any) -> bool:
    """Nothing is due, and all that was started has ended."""
    waiting = [each for each in service.schedules.values() if each.next <= clock.now()]
    return not waiting and not [*service.site.active, *service.site.rounds]


def runs(service: Any) -> Counter[str]:
    return Counter(job.name for _, job in service.jobs.items() if job.trigger == "periodic")


def test_each_schedule_is_followed_once_each_time(
    admin: httpx.Client, see: Callable[..., Any], schedulers: Schedulers
) -> None:
    one = {"sets": [{"tasks": TASKS}], "schedule": {"cron": NEW_YEAR}}
    put(admin, {f"tick-{n}": one for n in range(SCHEDULES)})
    for number in range(1, TICKS + 1):
        see(strike)
        time.sleep(random.uniform(0, 0.5))
        schedulers.kill_one()
        wait_for(lambda: see(is_quiet), LONG)
        assert see(runs) == {f"tick-{n}": number for n in range(SCHEDULES)}
    [shown] = admin.get("-/schedules?limit=1").json()["items"]
    assert admin.get(shown["last"]["job"]).json()["state"] == "done"


def archive() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        for number in range(FILES):
            file.writestr(f"{number % 7}/{number % 3}/{number}.txt", f"file {number}")
    return whole.getvalue()


def test_a_round_meets_each_file_once(
    admin: httpx.Client, see: Callable[..., Any], schedulers: Schedulers
) -> None:
    put(admin, {"look": {"sets": [{"tasks": TASKS}]}})
    kind = {"Content-Type": "application/zip"}
    assert admin.post("?unpack=zip", content=archive(), headers=kind).status_code == 201
    url = admin.post("-/rounds", json={"workflow": "look"}).json()["url"]
    for _ in range(2):
        time.sleep(random.uniform(0, 0.5))
        schedulers.kill_one()
    wait_for(lambda: admin.get(url).json()["ended"], LONG)
    found = admin.get(url).json()
    assert (found["state"], found["looked_at"], found["done"]) == ("done", FILES, FILES)
    assert (found["failed"], found["percent"]) == (0, 100)

    def met(service: Any) -> Counter[str]:
        return Counter(job.mfile.id for _, job in service.jobs.items() if job.name == "look")

    counts = see(met)
    assert len(counts) == FILES and set(counts.values()) == {1}


@contextmanager
def feed(body: bytes) -> Iterator[str]:
    """The address of a feed."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
        server.shutdown()


def test_a_feed_is_pulled_and_files_are_looked_at_by_the_clock(
    admin: httpx.Client, see: Callable[..., Any]
) -> None:
    admin.put("known.txt", content=b"abc")
    checksums = {"checksums": {"md5": "900150983cd24fb0d6963f7d28e17f72"}}
    admin.patch("known.txt", json={"metadata": checksums})
    pictured = "has(mfile.metadata.checksums)"
    with feed(b"<rss/>") as url:
        pull = {"task": "fetch", "arguments": {"url": url}, "mfile": "/feeds/{date}.xml"}
        verify = {"task": "verify", "arguments": {"algorithm": "md5"}}
        weekly = {"cron": NEW_YEAR, "each": "file", "condition": pictured}
        put(admin, {
            "periodic": {"sets": [{"tasks": [pull]}], "schedule": {"cron": NEW_YEAR}},
            "fixity": {"sets": [{"tasks": [verify]}], "schedule": weekly},
        })  # fmt: skip
        see(strike)
        wait_for(lambda: see(is_quiet), LONG)
    last = {each["workflow"]: each["last"] for each in admin.get("-/schedules").json()["items"]}
    job = admin.get(last["periodic"]["job"]).json()
    assert (job["state"], job["mfile"]) == ("done", None)
    [output] = job["sets"][0]["tasks"][0]["outputs"]
    assert admin.get(output["mfile"]).content == b"<rss/>"
    assert output["mfile"].endswith(f"/feeds/{job['created'][:10]}.xml")
    round = admin.get(last["fixity"]["round"]).json()
    assert (round["state"], round["done"], round["failed"], round["started"]) == ("done", 1, 0, 1)
