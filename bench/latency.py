"""How long does a task wait for a worker? From an upload's commit to its first task's start."""

import time
from datetime import datetime
from typing import Any

from bench.client import Client, settings, warm_up
from bench.report import Report, median, ms, p95
from tests.functional.stack import Stack

UPLOADS = 300
PAUSE = 0.05  # seconds; the stack is idle between two uploads


def measure(stack: Stack, share: float) -> Report:
    client = Client(stack.demo_url)
    warm_up(client)
    created, answered, later = [], [], []
    for number in range(max(20, int(UPLOADS * share))):
        job_url = client.put_small(f"latency/{number}")["job"]
        answer = time.time()
        job = client.await_job(job_url)
        first, second = (starts(each) for each in job["sets"])
        created.append(first[0] - moment(job["created"]))
        answered.append(first[0] - answer)
        later.append(second[0] - max(ends(job["sets"][0])))
        time.sleep(PAUSE)
    rows = [
        ("upload's transaction (before its commit) → first task's start", created),
        ("upload's answer at the client → first task's start", answered),
        ("last task's end → start of the next set's first", later),
    ]
    return Report(
        question="How long does a task wait for a worker?",
        columns=("ms", "median", "95th percentile", "longest"),
        rows=[[name, *map(ms, (median(each), p95(each), max(each)))] for name, each in rows],
        settings=settings(stack),
        notes=(
            f"{len(created)} uploads of 4 KiB, one after another on an idle stack.",
            "The first row begins at the job's `created`, inside the transaction, and so includes "
            "the commit itself; the second begins when the client has the answer, after the "
            "commit. From the commit to the start is between the two. `started` is set when the "
            "worker claims the task.",
        ),
        samples=dict(rows),
    )


def moment(text: str) -> float:
    """Seconds since the epoch of an RFC 3339 time."""
    return datetime.fromisoformat(text).timestamp()


def starts(task_set: Any) -> list[float]:
    return sorted(moment(task["started"]) for task in task_set["tasks"] if task["started"])


def ends(task_set: Any) -> list[float]:
    return sorted(moment(task["ended"]) for task in task_set["tasks"] if task["started"])
