"""`mserve up`: it starts, is one to a folder, mends what dies, and stops without a trace."""

import os
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.functional.stack import Stack, wait_for

PARTS = ["zeo", "redis", "worker", "scheduler", "web"]
Make = Callable[..., Stack]


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    """A stack whose parts may be killed."""
    stack = Stack()
    try:
        yield stack.start()
    finally:
        stack.end()


def test_the_ready_file_tells_all_once_everything_answers(own: Stack) -> None:
    assert set(own.ready) == {"url", "admin_key", "demo_url", "pids"}
    assert sorted(own.pids()) == sorted(PARTS)
    assert all(map(psutil.pid_exists, own.pids().values()))
    assert httpx.get(f"{own.url}/-/health").status_code == 200
    assert own.demo_url.startswith(f"{own.url}/k/")
    assert httpx.get(own.demo_url, headers={"Accept": "application/json"}).status_code == 200


def test_secrets_are_for_their_owner_alone(own: Stack) -> None:
    for path in (own.ready_file, own.data / "admin.key", own.data / "demo.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(own.data.stat().st_mode) == 0o700


def test_no_secret_is_logged_or_shown(own: Stack) -> None:
    key = urlsplit(own.demo_url).path.split("/")[2]
    httpx.get(own.demo_url + "no-such-file")
    logs = "".join(path.read_text() for path in (own.data / "logs").iterdir())
    assert own.admin not in logs + own.console.read_text()
    assert key not in logs


def test_a_second_up_on_the_folder_is_refused(own: Stack) -> None:
    second = own.launch(ready=False)
    assert second.wait(30) == 1
    assert f"another `mserve up` (process {own.process.pid})" in own.console.read_text()
    assert httpx.get(f"{own.url}/-/health").status_code == 200


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_killed_is_started_again(own: Stack, part: str) -> None:
    old = own.pids()[part]
    os.kill(old, signal.SIGKILL)
    assert psutil.pid_exists(own.await_new_pid(part, old))
    others = set(PARTS) - {part}
    assert httpx.get(own.demo_url, timeout=30).status_code == 200
    assert all(psutil.pid_exists(own.pids()[other]) for other in others)


def test_a_restart_of_the_web_refuses_no_connection(own: Stack) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        old = own.pids()["web"]
        os.kill(old, number)
        wait_for(lambda old=old: gone(old))
        assert httpx.get(f"{own.url}/-/health", timeout=30).status_code == 200
        own.await_new_pid("web", old)


def test_the_group_killed_and_started_again_has_all_it_had(make_stack: Make) -> None:
    stack = make_stack(workers="normal=1").start()
    admin, pids = stack.admin, stack.pids()
    answer = httpx.put(stack.demo_url + "a.txt", content=b"kept", timeout=30)
    assert answer.status_code == 201
    stack.kill()
    wait_for(lambda: all(map(gone, pids.values())), 10)
    wait_for(lambda: not stack.processes(), 10)
    stack.start()
    assert stack.admin == admin
    assert httpx.get(stack.demo_url + "a.txt/-/content", timeout=30).content == b"kept"


def test_the_supervisor_alone_killed_takes_its_parts_along(make_stack: Make) -> None:
    stack = make_stack(workers="normal=1").start()
    os.kill(stack.process.pid, signal.SIGKILL)
    stack.process.wait()
    stack.start()
    assert stack.stop() == 0


def test_sigterm_stops_all_in_order_and_leaves_no_process(make_stack: Make) -> None:
    stack = make_stack(workers="normal=1").start()
    assert stack.stop() == 0
    said = [line for line in stack.console.read_text().splitlines() if "stopping" in line]
    assert said == [
        f"mserve: stopping {part}" for part in ("web", "scheduler", "worker", "redis", "zeo")
    ]
    assert not stack.processes()
    assert not stack.ready_file.exists()


def test_a_request_at_hand_is_finished_when_up_is_stopped(make_stack: Make) -> None:
    stack = make_stack(workers="normal=1").start()
    web = stack.pids()["web"]
    address = urlsplit(stack.demo_url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as upload:
        head = f"PUT {address.path}slow.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf"
        upload.sendall(head.encode())
        time.sleep(0.5)
        stack.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "stopping web" in stack.console.read_text())
        assert not gone(web)
        upload.sendall(b"half")
        assert upload.recv(100).startswith(b"HTTP/1.1 201 ")
    assert stack.process.wait(60) == 0


def test_a_port_in_use_is_named_with_what_to_do(make_stack: Make) -> None:
    stack = make_stack()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert stack.launch("--port", str(port), ready=False).wait(30) == 1
    said = stack.console.read_text()
    assert f"port {port} of 127.0.0.1 is in use by another program" in said
    assert "--port N" in said
    assert "Traceback" not in said
    assert not stack.processes()


def test_a_part_that_cannot_start_is_named_with_its_log(make_stack: Make) -> None:
    stack = make_stack(tasks="no.such.module")
    assert stack.launch(ready=False).wait(60) == 1
    said = stack.console.read_text()
    assert "The end of its log" in said
    assert "no.such" in said
    assert not stack.processes()


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
