"""What does metering cost? The same is asked of a stack that meters and of one that does not."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from bench.client import Client, settings
from bench.load import wrk
from bench.load.asked import MARK, Asked
from bench.peers.mserve import NOBODY
from bench.report import Report, median
from bench.small import use_profile
from tests.functional.stack import Stack, wait_for

SECONDS, ROUNDS, FEWEST = 4.0, 9, 3
CLIENTS = 8
BODY = MARK * 341  # 12 digits each: nearly 4 KiB
UNMETERED = "bench.unmetered"
PENDING = "mserve_usage_pending"
WAIT = 120.0  # seconds for a scheduler to book what has come


class Pair(NamedTuple):
    """Two stacks that differ in whether they meter."""

    metered: Stack
    unmetered: Stack

    def ratio(self, action: Any, rounds: int, seconds: float) -> tuple[list[float], list[float]]:
        """Requests a second of each, round by round; who is first alternates."""
        rates: dict[Stack, list[float]] = {each: [] for each in self}
        for number in range(rounds):
            for stack in (self, self[::-1])[number % 2]:
                rates[stack].append(load(stack, action(number), seconds))
                settle(stack)
        return rates[self.metered], rates[self.unmetered]

    def use_profile(self, name: str) -> None:
        for stack in self:
            use_profile(stack, name)


def measure(share: float) -> Report:
    rounds, seconds = max(FEWEST, round(ROUNDS * share)), max(1.0, SECONDS * share)
    with ExitStack() as stacks:
        pair = Pair(*(stacks.enter_context(running(tasks)) for tasks in ("", UNMETERED)))
        before = commits(pair.metered)
        put = pair.ratio(lambda n: new(f"a{n}"), rounds, seconds)
        met, made = (now - then for now, then in zip(commits(pair.metered), before, strict=True))
        with stopped(pair):
            later = pair.ratio(lambda n: new(f"b{n}"), rounds, seconds)
        pair.use_profile("default")
        job = pair.ratio(lambda n: new(f"c{n}"), rounds, seconds)
        pair.use_profile("none")
        get = pair.ratio(lambda _: Asked("GET", "one"), rounds, seconds)
        check(pair)
        asked = {
            "PUT 4 KiB, with its ingest job": job, "PUT 4 KiB, without a workflow": put,
            "the same, booked later": later, "GET 4 KiB": get,
        }  # fmt: skip
        return Report(
            question="What does metering cost?",
            columns=("by eight clients, in one service", "metered", "not metered", "ratio", "goal"),
            rows=[
                *(row(name, *rates) for name, rates in asked.items()),
                ["conflicts a commit of the web processes", f"{met / made:.4f}", "", "", "< 0.05"],
            ],
            samples={f"{n}, {k}": r for n, both in asked.items()
                     for k, r in zip(("metered", "not"), both, strict=True)},
            settings=settings(pair.metered),
            notes=notes(rounds, seconds),
        )  # fmt: skip


def row(name: str, on: Sequence[float], off: Sequence[float]) -> list[str]:
    ratio = median([with_ / without for with_, without in zip(on, off, strict=True)])
    goal = "" if name.startswith("GET") else "≥ 0.95"
    return [name, f"{median(on):.0f}/s", f"{median(off):.0f}/s", f"{ratio:.3f}", goal]


def notes(rounds: int, seconds: float) -> tuple[str, ...]:
    return (
        f"{rounds} rounds of {seconds:g} s each, by wrk, of two web processes; both stacks run on "
        "this machine, and are asked in turn, the other one first in each second round. The ratio "
        "is the median of those of the rounds. Jobs are made and wait: no worker takes them.",
        "Not metered: the processes load bench/unmetered.py, which takes figures, journal and "
        "notes of reads away. Booked later: the schedulers stand still meanwhile.",
    )


@contextmanager
def running(tasks: str) -> Iterator[Stack]:
    stack = Stack(web_processes="2", workers=NOBODY, sweep_interval="1", tasks=tasks)
    try:
        stack.start()
        use_profile(stack, "none")
        Client(stack.demo_url).put_small("one")
        yield stack
    finally:
        stack.end()


def new(folder: str) -> Asked:
    return Asked("PUT", f"{folder}/{MARK}", {"Content-Type": "text/plain"}, BODY)


def load(stack: Stack, asked: Asked, seconds: float) -> float:
    """Answers a second."""
    path = urlsplit(stack.demo_url).path
    there = Asked(asked.method, path + asked.path, asked.headers, asked.body)
    return wrk.run(stack.url.rstrip("/"), there, CLIENTS, seconds).per_second


@contextmanager
def stopped(pair: Pair) -> Iterator[None]:
    for stack in pair:
        wait_for(partial(stop, stack), WAIT)
    try:
        yield
    finally:
        for stack in pair:
            os.kill(stack.pids()["scheduler"], signal.SIGCONT)
            settle(stack)


def stop(stack: Stack) -> bool:
    """Stops the scheduler; not in the middle of a commit, which keeps all others from theirs."""
    pid = stack.pids()["scheduler"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with stack.client(stack.admin) as client:
            client.put("/demo/files/probe", content=b"", timeout=1.0).raise_for_status()
    except httpx.TimeoutException:
        os.kill(pid, signal.SIGCONT)
        return False
    return True


def settle(stack: Stack) -> None:
    """Waits for what has come to be booked, so that it slows nobody else; if anybody books."""
    if psutil.Process(stack.pids()["scheduler"]).status() != psutil.STATUS_STOPPED:
        wait_for(lambda: not sum(told(stack, PENDING).values()), WAIT)


def told(stack: Stack, name: str) -> dict[str, float]:
    """The samples of a metric, by the process that they are of."""
    with stack.client(stack.admin) as client:
        text = client.get("/-/metrics").raise_for_status().text
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name:
                process = sample.labels.get("process", "")
                found[process] = found.get(process, 0) + sample.value
    return found


def commits(stack: Stack) -> tuple[float, float]:
    """Conflicts and commits of the web processes so far."""
    names = ("mserve_conflicts_total", "mserve_commits_total")
    conflicts, made = (told(stack, name).get("web", 0.0) for name in names)
    return conflicts, made


def check(pair: Pair) -> None:
    """One has metered what has come and what was read, the other nothing."""
    for stack in pair:
        for metric in ("ingest", "access"):
            query = {"metric": f"http://mserve/{metric}"}
            with stack.client(stack.admin) as client:
                answer = client.get("/demo/files/-/usage", params=query).raise_for_status()
            reports = sum(each["reports"] for each in answer.json()["items"])
            assert bool(reports) == (stack is pair.metered), answer.text
