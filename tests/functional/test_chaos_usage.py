"""Whoever is killed while files come, change, go and are read: usage counts each once.

What was acknowledged to a client counts, and nothing counts that did not happen. Reads alone may be
lost, and no more than the documentation says: with a web process those that ended just before
(and those under way), with a lost Redis those that were not folded, with a Redis that is killed
and has its file none. How many were is printed (`pytest -s`).
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from redis import Redis

from mserve.tasks.reads import FIELD, READS, unpack
from tests.functional.crowd import Crowd
from tests.functional.killing import STEADY, process_of
from tests.functional.stack import Stack, wait_for
from tests.functional.test_reads import used
from tests.functional.uploading import check

SERVICE, SIZE = "/demo/files/", 4096
READERS, WRITERS = 3, 2
PAUSE = 0.004  # seconds between two reads of one client
NOTED = 0.1  # seconds: mserve.tasks.reads.REST
SLACK = 0.25  # seconds that a thread may wait for a processor, as others have them
FLUSHES = 5


class Work(Crowd):
    """Clients that read `file`, and others that write files of their own, until they are ended."""

    def __init__(self, stack: Stack, file: str) -> None:
        super().__init__([self.read] * READERS + [self.write] * WRITERS)
        self.stack, self.file = stack, file
        self.whole: list[float] = []  # when each read was there (s)
        self.broken = 0
        self.done: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.url = stack.url

    def client(self) -> httpx.Client:
        key = {"Authorization": f"Bearer {self.stack.admin}"}
        return httpx.Client(base_url=self.url, headers=key, timeout=30)

    def read(self, number: int) -> None:
        with self.client() as client:
            while not self.over.wait(PAUSE):
                try:
                    answer = client.get(self.file)
                    assert (answer.status_code, len(answer.content)) == (200, SIZE)
                    self.whole.append(time.monotonic())
                except httpx.HTTPError:
                    self.broken += 1
                    time.sleep(0.1)

    def write(self, number: int) -> None:
        with self.client() as client:
            made = 0
            while not self.over.wait(0.02):
                made += 1
                url = f"{self.file}-{number}-{made}"
                self.ask(client, "create", "PUT", url, bytes(made % 500 + 1))
                self.ask(client, "replace", "PUT", url, bytes(made % 300 + 1))
                if made % 3 == 0:
                    self.ask(client, "remove", "DELETE", url)

    def ask(
        self, client: httpx.Client, what: str, method: str, url: str, body: bytes = b""
    ) -> None:
        try:
            answer = client.request(method, url, content=body)
        except httpx.HTTPError:
            self.unknown["any"] += 1
            time.sleep(0.1)
            return
        known = {201: "create", 200: "replace", 204: "replace" if body else "remove"}
        if answer.status_code in known:
            self.done["remove" if method == "DELETE" else known[answer.status_code]] += 1
        else:  # of a file that was not made, or a server that stops
            assert answer.status_code in (404, 503), answer.text


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = Stack(sweep_interval="0.5", workers="normal=1")
    try:
        stack.start()
        with stack.client(stack.admin) as admin:
            none = admin.put(f"{SERVICE}-/profiles/none", content=b'{"workflows": {}}')
            none.raise_for_status()
            admin.patch(SERVICE, json={"profile": "none"}).raise_for_status()
            for name in ("web", "redis", "flush"):
                admin.put(f"{SERVICE}{name}", content=bytes(SIZE)).raise_for_status()
        yield stack
    finally:
        stack.end()


@contextmanager
def at_work(stack: Stack, name: str) -> Iterator[Work]:
    with Work(stack, f"{SERVICE}{name}") as work:
        yield work
        wait_for(lambda: len(work.whole) > 100, 30)
        time.sleep(0.5)


def killing(stack: Stack, *parts: str) -> Iterator[float]:
    """Kills each of the parts; when it did (s), as soon as it did."""
    for part in parts:
        process_of(stack, part).kill()
        moment = time.monotonic()
        yield moment
        wait_for(lambda: healthy(stack), 60)
        time.sleep(STEADY)  # else the supervisor's pauses grow


def healthy(stack: Stack) -> bool:
    with stack.client() as client:
        try:
            return client.get("/-/health").status_code == 200
        except httpx.HTTPError:
            return False


def counted(stack: Stack, work: Work) -> int:
    """Reads of the work's file, once all that were told are folded."""
    with redis_of(stack) as redis:
        wait_for(lambda: not redis.xlen(READS), 60)
    told: list[int] = []
    while len(told) < 3 or told[-3] != told[-1]:
        told.append(access(stack, work)["reports"])
        time.sleep(0.6)
    return told[-1]


def access(stack: Stack, work: Work) -> dict[str, int]:
    found: dict[str, int] = used(stack, work.file).get("access", {"reports": 0, "total": 0})
    return found


@contextmanager
def redis_of(stack: Stack) -> Iterator[Any]:
    with Redis(unix_socket_path=str(stack.data / "redis.sock")) as redis:
        yield redis


def judged(stack: Stack, work: Work, most: int, why: str) -> None:
    """At most so many reads are lost, and none counts twice."""
    whole, found = len(work.whole), counted(stack, work)
    print(f"\n{why}: {whole} reads were answered, {work.broken} broke off, {found} count;",
          f"{max(0, whole - found)} lost, at most {most} could be")  # fmt: skip
    assert whole - most <= found <= whole + work.broken
    assert access(stack, work)["total"] <= found * SIZE
    check_writes(stack, work)


def check_writes(stack: Stack, work: Work) -> None:
    """What came and was changed counts once: as the audit log has it, and clients know it."""
    name = work.file.removeprefix(SERVICE)
    with stack.client(stack.admin) as admin:
        answer = admin.get(
            f"{SERVICE}-/audit?deep=true", headers={"Accept": "application/x-ndjson"}
        )
    events = [json.loads(line) for line in answer.text.splitlines()]
    mine = [each for each in events if (each["path"] or "").startswith(f"demo/files/{name}-")]
    happened = Counter(each["action"] for each in mine if not each["refused"])
    for action in ("create", "replace", "remove"):
        least = work.done[action]
        assert least <= happened[action] <= least + work.unknown["any"], (action, happened)
    came = [each for each in events if each["action"] in ("create", "replace")]
    sizes = [each["after"]["size"] for each in came if "size" in (each["after"] or {})]
    told = reports(stack)
    assert (told["ingest"]["reports"], told["ingest"]["total"]) == (len(sizes), sum(sizes))
    gone = sum(each["action"] == "remove" for each in events)
    created = sum(each["action"] == "create" for each in came if "size" in (each["after"] or {}))
    assert told["file"]["total"] == created - gone


def reports(stack: Stack) -> dict[str, Any]:
    with stack.client(stack.admin) as admin:
        items = admin.get(f"{SERVICE}-/usage").raise_for_status().json()["items"]
    return {each["metric"].removeprefix("http://mserve/"): each for each in items}


def test_a_killed_web_process_loses_the_last_moment_of_reads(stack: Stack) -> None:
    with at_work(stack, "web") as work:
        time.sleep(0.5)
        kills = [*killing(stack, "web", "scheduler", "web")]
    last = sum(any(kill - NOTED - SLACK < each <= kill + SLACK for kill in kills)
               for each in work.whole)  # fmt: skip
    judged(stack, work, last, "web and scheduler killed")


def test_a_killed_redis_loses_none(stack: Stack) -> None:
    with at_work(stack, "redis") as work:
        time.sleep(0.5)
        for _ in killing(stack, "redis", "redis"):
            pass
    judged(stack, work, 0, "Redis killed")


def test_a_lost_redis_loses_what_was_not_folded(stack: Stack) -> None:
    most = 0
    with ExitStack() as stacked:
        work = stacked.enter_context(at_work(stack, "flush"))
        redis = stacked.enter_context(redis_of(stack))
        for _ in range(FLUSHES):
            time.sleep(0.37)
            had, _ = redis.pipeline(transaction=True).xrange(READS).flushall().execute()
            groups = [group for _, parcel in had for group in unpack(parcel[FIELD.encode()])[1]]
            most += sum(len(group.reads) for group in groups)
    judged(stack, work, most, f"Redis emptied {FLUSHES} times")


def test_in_the_end_nothing_is_amiss(stack: Stack) -> None:
    """Sums, rows and tree agree at every level."""
    found = check(stack)
    assert "usage" not in found.stdout, found.stdout
