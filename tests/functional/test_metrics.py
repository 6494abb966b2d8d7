"""`/-/metrics` of a real stack with two web processes, one of which is killed."""

import os
import signal
from collections.abc import Callable

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.functional.commands import new_place
from tests.functional.stack import Stack, wait_for

MANY = 60


def numbers(stack: Stack) -> dict[tuple[str, ...], float]:
    """All samples, by name and the values of their labels; without a key, by the address."""
    text = httpx.get(f"{stack.url}/-/metrics", timeout=30).raise_for_status().text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(stack: Stack, name: str, *labels: str) -> float:
    return sum(
        value
        for (each, *values), value in numbers(stack).items()
        if each == name and {*labels} <= {*values}
    )


def ask(url: str) -> None:
    """Each on a connection of its own, so that both processes get some."""
    with httpx.Client(headers={"Connection": "close"}) as client:
        for _ in range(MANY):
            assert client.get(url).status_code == 200


def test_two_web_processes_are_counted_and_one_is_killed(
    make_stack: Callable[..., Stack],
) -> None:
    stack = make_stack(web_processes="2", metrics_from="127.0.0.0/8", heartbeat="1").start()
    place = new_place(stack)
    assert httpx.put(f"{place}a.txt", content=b"x" * 1000).status_code == 201
    facts = f"{place}a.txt"
    asked = ("mserve_http_requests_total", "api.files.content", "express", "2xx")
    ask(facts)
    wait_for(lambda: of(stack, *asked) == MANY)
    assert numbers(stack)["mserve_web_processes",] == 2
    assert of(stack, "mserve_http_sent_bytes_total", "api.files.content") > 1000 * MANY
    assert of(stack, "mserve_files") == 1
    wait_for(lambda: of(stack, "mserve_task_seconds_count", "mime", "done") == 1)
    wait_for(lambda: of(stack, "mserve_workers", "idle") == 3)
    assert of(stack, "mserve_scheduler_up") == of(stack, "mserve_redis_up") == 1
    old = stack.pids()["web-1"]
    os.kill(old, signal.SIGKILL)
    assert of(stack, *asked) == MANY
    stack.await_new_pid("web-1", old)
    ask(facts)
    wait_for(lambda: of(stack, *asked) == 2 * MANY)
    assert numbers(stack)["mserve_web_processes",] == 2
    assert len([*(stack.data / "metrics").glob("*.counts")]) == 2
