"""Bodies in, alone and through nginx: written once, and refused before they are read."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from mserve.views.express.bodies import LIMIT
from tests.functional.stack import Stack, wait_for
from tests.functional.test_delivery import before

MB = 1 << 20
ANNOUNCED = 1 << 30  # bytes that a client wants to send
FEW = 16 * MB  # bytes that may be on their way, in sockets, before an answer is seen


@pytest.fixture(scope="module", params=["", "nginx"])
def site(request: pytest.FixtureRequest) -> Iterator[tuple[Stack, str]]:
    stack = Stack(sendfile=request.param or "none")
    try:
        stack.start()
        with before(request.param, stack) as url:
            yield stack, url
    finally:
        stack.end()


def head(url: str, *fields: str, size: int = ANNOUNCED) -> bytes:
    parts = urlsplit(url)
    lines = [f"PUT {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {size}"]
    return "\r\n".join([*lines, *fields, "", ""]).encode()


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30)


def wrong(url: str) -> str:
    """The address `url`, with a key that nobody has."""
    start, _, _ = url.partition("/k/")
    return f"{start}/k/{'x' * 43}/big.bin"


def pour(sending: socket.socket, most: int) -> int:
    """Sends up to `most` bytes, until an answer comes; returns how many went."""
    block, sent = bytes(MB), 0
    sending.settimeout(0.05)
    while sent < most:
        try:
            sent += sending.send(block)
        except TimeoutError:
            pass
        except OSError:  # the connection was closed behind the answer
            break
        sending.setblocking(False)
        try:
            if sending.recv(1, socket.MSG_PEEK):
                break
        except BlockingIOError:
            pass
        finally:
            sending.settimeout(0.05)
    sending.settimeout(30)
    return sent


def test_who_may_not_send_is_told_before_the_body_is_read(site: Any) -> None:
    stack, url = site
    before = stack.spools()
    with connected(url) as sending:
        sending.sendall(head(wrong(url)))
        sent = pour(sending, ANNOUNCED)
        assert sending.recv(1000).startswith(b"HTTP/1.1 404 ")
    assert sent < FEW
    assert not stack.spools() - before


def test_who_asks_first_is_not_asked_for_the_body(site: Any) -> None:
    """nginx says `100 Continue` itself; by then it has not passed anything on."""
    _, url = site
    with connected(url) as sending:
        sending.sendall(head(wrong(url), "Expect: 100-continue"))
        answer = sending.recv(1000).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        answer = answer or sending.recv(1000)
        assert answer.startswith(b"HTTP/1.1 404 ")


def test_a_condition_that_does_not_hold_is_told_before_the_body_is_read(site: Any) -> None:
    stack, url = site
    before = stack.spools()
    httpx.put(f"{url}there.bin", content=b"x").raise_for_status()
    with connected(url) as sending:
        sending.sendall(head(f"{url}there.bin", "If-None-Match: *"))
        sent = pour(sending, ANNOUNCED)
        assert sending.recv(1000).startswith(b"HTTP/1.1 412 ")
    assert sent < FEW
    assert not stack.spools() - before


def test_refused_bodies_cost_no_memory(site: Any) -> None:
    stack, url = site
    web = psutil.Process(stack.pids()["web"])
    resident = web.memory_info().rss

    def send() -> None:
        with connected(url) as sending:
            sending.sendall(head(wrong(url)))
            pour(sending, 100 * MB)

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert web.memory_info().rss - resident < 20 * MB


def test_each_byte_is_written_once_and_as_it_comes(site: Any) -> None:
    stack, url = site
    before = stack.spools()
    web = psutil.Process(stack.pids()["web"])
    written = web.io_counters().write_chars  # type: ignore[attr-defined]  # Linux has it
    size = 64 * MB
    with connected(url) as sending:
        sending.sendall(head(f"{url}once.bin", size=size))
        half = os.urandom(size // 2)
        sending.sendall(half)
        wait_for(lambda: [f for f in stack.spools() - before if f.stat().st_size > size // 4], 30)
        sending.sendall(half)
        assert sending.recv(1000).startswith(b"HTTP/1.1 201 ")
    assert web.io_counters().write_chars - written < 1.1 * size  # type: ignore[attr-defined]  # Linux has it


@pytest.mark.parametrize("size", [8, 1 << 18])
def test_many_slow_uploads_hold_up_nobody(site: Any, size: int) -> None:
    """Many more than there are threads, each with half of its body sent; small ones in memory."""
    stack, url = site
    before = stack.spools()
    half = b"x" * (size // 2)
    uploads = [connected(url) for _ in range(40)]
    try:
        for number, each in enumerate(uploads):
            each.sendall(head(f"{url}slow/{size}/{number}", size=size) + half)
        if size > LIMIT:
            wait_for(lambda: len(stack.spools() - before) == 40, 30)
        began = time.monotonic()
        httpx.put(f"{url}quick{size}", content=b"x").raise_for_status()
        assert httpx.get(f"{url}quick{size}").content == b"x"
        assert time.monotonic() - began < 5
        for each in uploads:
            each.sendall(half)
        for each in uploads:
            assert each.recv(1000).startswith(b"HTTP/1.1 201 ")
    finally:
        for each in uploads:
            each.close()
