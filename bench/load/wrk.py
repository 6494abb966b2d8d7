"""wrk: many small requests over kept connections. A run with a single error is no figure."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load.asked import Asked

SCRIPT = Path(__file__).with_name("wrk.lua")
THREADS = 2
PATIENCE = 30  # seconds that an answer may take
ERRORS = ("connect", "read", "write", "status", "timeout")
OWN = 10**9  # the numbers of thread 1 begin above this, of thread 2 above twice this


class LoadError(Exception):
    """Something was not answered as it should be, so that the figure means nothing."""


@dataclass(frozen=True)
class Rate:
    """What wrk saw. `median` and `p95` are seconds from a request to its answer."""

    requests: int
    seconds: float
    bytes: int
    median: float
    p95: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def run(url: str, asked: Asked, clients: int, seconds: float, count: int = 0) -> Rate:
    """`asked` of `url`, a host without a path, for `seconds`, by `clients` connections.

    Each request has a number below `count` at random, or, without one, one that is its own.
    Raises LoadError if any was not answered, or with a status of 400 or more.
    """
    headers = [f"-H{name}: {value}" for name, value in asked.headers.items()]
    done = subprocess.run(
        ["wrk", f"-t{min(THREADS, clients)}", f"-c{clients}", f"-d{max(1, round(seconds))}s",
         f"--timeout={PATIENCE}s", f"-s{SCRIPT}", *headers, url],
        env={**os.environ, **described(asked), "COUNT": str(count)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise LoadError(f"wrk: {done.stdout}{done.stderr}")
    return parse(done.stdout)


def described(asked: Asked) -> dict[str, str]:
    return {"METHOD": asked.method, "ASKED": asked.path, "BODY": asked.body}


def parse(told: str) -> Rate:
    """The figures in what wrk.lua wrote; raises LoadError if they are not all good."""
    found = [line for line in told.splitlines() if line.startswith("summary ")]
    if len(found) != 1:
        raise LoadError(f"wrk wrote no summary: {told[-1000:]}")
    summary: dict[str, Any] = json.loads(found[0].removeprefix("summary "))
    if faults := {name: summary[name] for name in ERRORS if summary[name]}:
        raise LoadError(f"of {summary['requests']} requests there were errors: {faults}")
    if not summary["requests"]:
        raise LoadError("no request was answered")
    return Rate(
        requests=summary["requests"],
        seconds=summary["microseconds"] / 1e6,
        bytes=summary["bytes"],
        median=summary["median"] / 1e6,
        p95=summary["p95"] / 1e6,
    )
