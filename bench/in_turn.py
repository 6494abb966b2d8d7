"""A stack that meters, and does not, in turn: the same processes, and one tree.

Two stacks differ by a tenth by themselves, of one version and of one machine.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from bench import switch
from bench.client import Client
from bench.load import wrk
from bench.load.asked import Asked
from bench.peers.mserve import NOBODY
from bench.small import use_profile
from tests.functional.stack import Stack, wait_for

CLIENTS = 8
PENDING = ("mserve_usage_pending", "mserve_index_pending")
WAIT = 120.0  # seconds for a scheduler to book and index what has come


class InTurn:
    """stack: it meters, unless that is switched off (unmetered.py)."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._switch = stack.folder / "unmetered"
        self.meter(True)
        stack.environment[switch.NAME] = str(self._switch)

    def meter(self, metered: bool) -> None:
        """Whether it does from now on."""
        switch.turn(self._switch, metered=metered)

    def ratio(
        self, action: Callable[[int], Asked], rounds: int, seconds: float
    ) -> tuple[list[float], list[float]]:
        """Requests a second, metered and not, round by round; who is first alternates."""
        rates: dict[bool, list[float]] = {True: [], False: []}
        for number in range(rounds):
            for metered in (True, False)[:: (-1) ** number]:
                self.meter(metered)
                rates[metered].append(load(self.stack, action(2 * number + metered), seconds))
                settle(self.stack)
        return rates[True], rates[False]


@contextmanager
def in_turn(tasks: str = "") -> Iterator[InTurn]:
    """One that runs; tasks: a module that its processes load as well."""
    named = f"{tasks} bench.unmetered"
    stack = Stack(web_processes="2", workers=NOBODY, tasks=named)
    try:
        made = InTurn(stack)
        stack.start()
        use_profile(stack, "none")
        Client(stack.demo_url).put_small("one")
        yield made
    finally:
        stack.end()


def load(stack: Stack, asked: Asked, seconds: float) -> float:
    """Answers a second."""
    path = urlsplit(stack.demo_url).path
    there = Asked(asked.method, path + asked.path, asked.headers, asked.body)
    return wrk.run(stack.url.rstrip("/"), there, CLIENTS, seconds).per_second


@contextmanager
def stopped(stack: Stack) -> Iterator[None]:
    """Its scheduler stands still meanwhile."""
    wait_for(partial(stop, stack), WAIT)
    try:
        yield
    finally:
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
    """Waits for what has come to be booked and indexed, so that it slows nobody else; if anybody
    does so."""
    if psutil.Process(stack.pids()["scheduler"]).status() != psutil.STATUS_STOPPED:
        wait_for(lambda: not any(sum(told(stack, name).values()) for name in PENDING), WAIT)


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
