"""Reads of content are counted to the byte, over real processes and whoever of them is killed."""

import os
import signal
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import Redis

from tests.functional.stack import Stack, wait_for

SIZE = 100_000
LARGE = 50 << 20
METRICS = ("access", "responsetime", "accesstime", "interrupted")
FILE = "/demo/files/in/a.bin"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = Stack(web_processes="2", sweep_interval="1", workers="normal=1")
    try:
        stack.start()
        with stack.client(stack.admin) as admin:
            admin.put(FILE, content=bytes(SIZE)).raise_for_status()
            admin.put("/demo/files/large.bin", content=bytes(LARGE)).raise_for_status()
        yield stack
    finally:
        stack.end()


def used(stack: Stack, node: str, **query: str) -> dict[str, Any]:
    """What was used there, by metric."""
    with stack.client(stack.admin) as admin:
        answer = admin.get(f"{node}/-/usage", params=query).raise_for_status()
    reports = {
        each["metric"].removeprefix("http://mserve/"): each for each in answer.json()["items"]
    }
    return {metric: reports[metric] for metric in METRICS if metric in reports}


def curl(stack: Stack, *options: str) -> None:
    """Several GETs of the file, over one connection of curl's."""
    address = f"{stack.url}{FILE}"
    key = f"Authorization: Bearer {stack.admin}"
    command = ["curl", "-sS", "--fail", "-o", "/dev/null", "-H", key, *options, address]
    subprocess.run([*command, "--next", *command[1:]], check=True, timeout=30)


def test_bytes_that_were_sent(stack: Stack) -> None:
    curl(stack)
    curl(stack, "-r", "100-299")
    curl(stack, "-I")
    wait_for(lambda: used(stack, FILE).get("access", {}).get("reports") == 4, 20)
    for node in (FILE, "/demo/files/in"):
        told = used(stack, node)
        assert told["access"]["total"] == 2 * SIZE + 2 * 200
        assert told["responsetime"]["reports"] == told["accesstime"]["reports"] == 4
        assert 0 < told["responsetime"]["total"] <= told["accesstime"]["total"]
        assert "interrupted" not in told


def test_who_hangs_up_in_the_middle_is_charged_what_was_sent(stack: Stack) -> None:
    address = urlsplit(stack.url)
    connected = HTTPConnection(str(address.hostname), address.port, timeout=30)
    key = {"Authorization": f"Bearer {stack.admin}"}
    connected.request("GET", "/demo/files/large.bin", headers=key)
    assert len(connected.getresponse().read(1000)) == 1000
    connected.close()
    wait_for(lambda: "interrupted" in used(stack, "/demo/files/large.bin"), 20)
    told = used(stack, "/demo/files/large.bin")
    assert told["interrupted"]["total"] == 1
    assert 1000 <= told["access"]["total"] < LARGE


def test_no_scheduler_and_no_web_process_that_ends_loses_any(stack: Stack) -> None:
    """They wait in Redis; what a web process has noted is told when it stops."""
    before = used(stack, FILE)["access"]
    os.kill(scheduler := stack.pids()["scheduler"], signal.SIGSTOP)
    try:
        with stack.client(stack.admin) as admin:
            for _ in range(50):
                admin.get(FILE).raise_for_status()
        os.kill(web := stack.pids()["web-1"], signal.SIGTERM)
        stack.await_new_pid("web-1", web)
        with Redis(unix_socket_path=str(stack.data / "redis.sock")) as client:
            assert client.xlen("mserve:reads")
    finally:
        os.kill(scheduler, signal.SIGKILL)
    stack.await_new_pid("scheduler", scheduler)
    wait_for(lambda: used(stack, FILE)["access"]["reports"] - before["reports"] >= 50, 90)
    after = used(stack, FILE)["access"]
    assert after["reports"] - before["reports"] == 50
    assert after["total"] - before["total"] == 50 * SIZE
