"""One job of many sets of many tasks on a real stack, and what its workers tell of conflicts."""

import re
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.functional.stack import Stack, wait_for

MODULE = "tests.functional.slow_tasks"  # for the stack's ini line `mserve.tasks`
LIMIT = 300.0  # seconds for a job
TALLY = re.compile(r"worker \d+: (\d+) commits, (\d+) conflicts \([^)]*\)(?:: (.+))?")


@dataclass(frozen=True)
class Ran:
    """`tasks`: their JSON; `metered`: what usage says of tasks; `met`: conflicts by class."""

    seconds: float
    state: str
    tasks: list[dict[str, Any]]
    metered: int
    commits: int
    met: Counter[str]


def workflow(sets: int, tasks: int) -> dict[str, Any]:
    """Most tasks are brief, and done together; each tenth goes through the queue by itself."""
    slow = {"task": "nap", "arguments": {"seconds": 0}}
    of_set = [
        {**({"task": "checksum"} if n % 10 else slow), "name": f"task-{n}"} for n in range(tasks)
    ]
    return {"sets": [{"name": f"set-{n}", "tasks": of_set} for n in range(sets)]}


def run_sets(stack: Stack, sets: int, tasks: int) -> Ran:
    """Has the running stack do it, and stops the stack: each worker tells its tally then."""
    with stack.client(stack.admin) as client:
        document = {"workflows": {"ingest": {"sets": []}, "many": workflow(sets, tasks)}}
        client.put("/demo/files/-/profiles/default", json=document).raise_for_status()
        made = client.put("/demo/files/a.txt", content=b"bytes").raise_for_status().json()
        began = time.monotonic()
        order = client.post(made["links"]["jobs"], json={"workflow": "many"}).raise_for_status()
        job = wait_for(lambda: ended(client, order.json()["url"]), LIMIT)
        seconds = time.monotonic() - began
        usage = client.get("/demo/files/-/usage").raise_for_status().json()["items"]
    stack.stop()
    (metered,) = (each["total"] for each in usage if each["metric"] == "http://mserve/task")
    runs = [task for each in job["sets"] for task in each["tasks"]]
    return Ran(seconds, job["state"], runs, metered, *tallied(stack))


def ended(client: Any, url: str) -> Any:
    job = client.get(url).raise_for_status().json()
    return job if job["ended"] else None


def tallied(stack: Stack) -> tuple[int, Counter[str]]:
    """Commits, and conflicts by class, of all workers."""
    commits, met = 0, Counter[str]()
    for many, conflicts, names in TALLY.findall((stack.data / "logs" / "worker.log").read_text()):
        commits += int(many)
        told = [each.rsplit(" ", 1) for each in names.split(", ") if names]
        met.update({name: int(count) for name, count in told})
        assert sum(int(count) for _, count in told) == int(conflicts)
    return commits, met
