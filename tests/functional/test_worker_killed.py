"""A worker that is killed (-9) in a task: another one does the task again, and soon."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mserve.settings import Settings
from tests.functional.stack import Stack, wait_for

LONGEST = 90.0  # seconds, with the settings that are the default
START = 10.0  # seconds in which a new pool and a new worker are ready to take what is delivered
HURRY = {"lease": "2", "heartbeat": "0.5", "sweep_interval": "1"}


def bound(settings: Settings) -> float:
    """Seconds until the task runs again: its lease ends, and it is suspected by two sweeps."""
    return settings.lease + 2 * settings.sweep_interval + START


def test_the_default_settings_keep_to_it(tmp_path: Any) -> None:
    assert bound(Settings.parse({"mserve.data": str(tmp_path)})) < LONGEST


@pytest.mark.parametrize("task", ["nap", "doze"])
def test_the_task_of_a_worker_that_was_killed_runs_again(
    make_stack: Callable[..., Stack], task: str
) -> None:
    stack = make_stack(workers="normal=1", tasks="tests.functional.slow_tasks", **HURRY).start()
    took = seconds_until_it_runs_again(stack, task)
    assert took < bound(Settings.from_ini(stack.ini))


def seconds_until_it_runs_again(stack: Stack, task: str) -> float:
    """Kills the worker in `task`; what it had made there is gone, and a second attempt begins."""
    with httpx.Client(base_url=stack.demo_url, timeout=30) as client:
        made = client.put("a.txt", content=b"bytes").raise_for_status().json()
        wait_for(lambda: client.get(made["job"]).json()["ended"])
        order = {"task": task, "arguments": {"seconds": 2.0}}
        job = client.post(made["links"]["jobs"], json=order).raise_for_status().json()["url"]
        run = wait_for(lambda: running(client, job, 1))
        os.kill(int(run["worker"].split("-")[-2]), signal.SIGKILL)
        began = time.monotonic()
        wait_for(lambda: running(client, job, 2), LONGEST)
        took = time.monotonic() - began
        wait_for(lambda: client.get(job).json()["ended"])
        (task_set,) = client.get(job).json()["sets"]
        (ended,) = task_set["tasks"]
        assert [each["error"] for each in ended["attempts"]] == ["its worker was lost", None]
        assert ended["state"] == "done"
    return took


def running(client: httpx.Client, job: str, attempt: int) -> Any:
    (task,) = client.get(job).json()["sets"][0]["tasks"]
    found = task.get("attempt") == attempt and task["state"] in ("running", "done")
    return task if found else None
