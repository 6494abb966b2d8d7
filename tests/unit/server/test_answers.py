"""Answers out: framed as HTTP/1.1 wants them, and files sent without being read."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from mserve.views.content.ranges import Span
from mserve.views.content.throttle import Pace
from mserve.views.content.window import Window
from tests.unit.descriptors import held_open
from tests.unit.server.running import Running, asked, read_answer

LAST = asked(Connection="close")


def said(app: Callable[..., Any], *requests: bytes) -> bytes:
    running = Running(app)
    try:
        return running.say(*(requests or (LAST,)))
    finally:
        running.stop()


def app(blocks: Any, *headers: tuple[str, str], status: str = "200 OK") -> Callable[..., Any]:
    def application(environ: Any, start: Any) -> Any:
        start(status, [*headers])
        return blocks() if callable(blocks) else blocks

    return application


def test_blocks_of_unknown_length_are_chunked() -> None:
    answer = said(app(lambda: iter([b"abc", b"", b"de"])))
    assert b"Transfer-Encoding: chunked" in answer
    assert answer.endswith(b"\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    old = said(app(lambda: iter([b"abc", b"de"])), b"GET / HTTP/1.0\r\n\r\n")
    assert b"chunked" not in old
    assert old.endswith(b"\r\n\r\nabcde")


def test_no_body_where_none_can_be() -> None:
    for status in ("204 No Content", "304 Not Modified"):
        answer = said(app([b"x"], status=status))
        assert answer.endswith(b"\r\n\r\n")
        assert b"Content-Length" not in answer
    head = said(app([b"abc"], ("Content-Length", "3")), asked(method="HEAD", Connection="close"))
    assert b"Content-Length: 3" in head
    assert head.endswith(b"\r\n\r\n")


def test_more_than_announced_is_cut_and_less_ends_the_connection() -> None:
    assert said(app([b"abcd"], ("Content-Length", "3"))).endswith(b"\r\n\r\nabc")
    assert said(app([b"ab"], ("Content-Length", "3")), asked()).endswith(b"\r\n\r\nab")


def test_a_fault_in_the_middle_is_seen_by_the_client() -> None:
    def broken() -> Iterator[bytes]:
        yield b"abc"
        raise RuntimeError("broken")

    answer = said(app(broken))
    assert answer.endswith(b"3\r\nabc\r\n")  # and no last chunk


def test_a_header_cannot_end_the_head() -> None:
    answer = said(app([b""], ("A", "1\r\nSet-Cookie: evil")))
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"evil" not in answer


def test_what_was_made_is_closed() -> None:
    class Body:
        closed = 0

        def __iter__(self) -> Iterator[bytes]:
            yield b"x" * (1 << 20)

        def close(self) -> None:
            Body.closed += 1

    for request in (LAST, asked(method="HEAD", Connection="close")):
        said(app(Body), request)
    running = Running(app(Body))
    with running.open() as connected:
        connected.sendall(asked())  # and goes away without reading
    running.stop()
    assert Body.closed == 3


@pytest.fixture
def big(tmp_path: Path) -> Path:
    file = tmp_path / "big"
    file.write_bytes(os.urandom(1 << 20) * 20)
    return file


def windows(
    path: Path, pieces: list[Any], pace: Pace | None = None, ended: Any = None
) -> Callable[..., Any]:
    def application(environ: Any, start: Any) -> Any:
        window = Window(str(path), pieces, pace, ended)
        start("200 OK", [("Content-Length", str(window.size))])
        return environ["wsgi.file_wrapper"](window)

    return application


def test_a_file_in_pieces(big: Path) -> None:
    whole = big.read_bytes()
    running = Running(windows(big, [b"<", Span(1, 20_000_000), b"|", Span(0, 3), b">"]))
    with running.open() as connected:
        for _ in range(2):
            connected.sendall(asked())
            body = read_answer(connected)[1]
            assert body == b"<" + whole[1:20_000_000] + b"|" + whole[:3] + b">"
    running.stop()
    assert held_open(big) == []


def test_what_was_sent_is_told_in_the_end(big: Path) -> None:
    told: Queue[Window] = Queue()
    began = time.monotonic()
    running = Running(windows(big, [b"<", Span(0, 20 << 20), b">"], None, told.put))
    with running.open() as connected:
        connected.sendall(asked())
        read_answer(connected)
    with running.open() as connected:
        connected.sendall(asked())
        assert connected.recv(1000)
    whole, broken = (told.get(timeout=10) for _ in range(2))
    assert (whole.sent, whole.content_sent) == ((20 << 20) + 2, 20 << 20)
    assert 0 < (broken.sent or 0) < 20 << 20
    assert broken.content_sent == (broken.sent or 0) - 1
    assert began < (whole.begun or 0) < (broken.begun or 0) < time.monotonic()
    running.stop()
    assert told.empty()


def test_what_a_stop_breaks_off_is_told(big: Path) -> None:
    told: Queue[Window] = Queue()
    running = Running(windows(big, [Span(0, 20 << 20)], Pace(1000), told.put), drain=0)
    with running.open() as connected:
        connected.sendall(asked())
        assert connected.recv(1000)
        running.stop()
    assert 0 < (told.get(timeout=1).sent or 0) < 20 << 20


def test_a_pace_is_kept_and_holds_no_thread(big: Path) -> None:
    running = Running(windows(big, [Span(0, 600_000)], None), threads=1)
    running.server.app = lambda environ, start: windows(
        big, [Span(0, 600_000)], Pace(600_000)
    )(environ, start)  # fmt: skip
    began, took = time.monotonic(), []

    def read() -> None:
        assert len(running.say(LAST).partition(b"\r\n\r\n")[2]) == 600_000
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert running.server.crew.threads <= 2
    for thread in threads:
        thread.join()
    assert len(took) == 20
    assert 0.5 < min(took) <= max(took) < 3
    running.stop()


def test_a_reader_who_stops_is_dropped_and_lets_the_file_go(big: Path) -> None:
    running = Running(windows(big, [Span(0, 20 << 20)]), timeout=0.5)
    with running.open() as connected:
        connected.sendall(asked())
        connected.recv(1000)
        deadline = time.monotonic() + 10
        while held_open(big) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert held_open(big) == []
    running.stop()


def test_a_file_that_lost_bytes_breaks_the_answer_off(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    assert said(windows(file, [Span(0, 9)])).endswith(b"\r\n\r\nabc")
