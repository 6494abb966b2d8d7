"""Answers that an application holds back: late, in turn, and without a thread."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mserve.late import HOLD, hold_back, pause
from mserve.server import held
from mserve.server.held import Row
from tests.unit.server.running import Environ, Running, asked, read_all, read_answer


def application(environ: Environ, start: Any) -> list[bytes]:
    """`/late/<seconds>`: refused that late; anything else at once."""
    kind, _, seconds = environ["PATH_INFO"][1:].partition("/")
    if kind == "late":
        environ[HOLD](float(seconds))
    start("429 Too Many Requests" if kind == "late" else "200 OK", [])
    return [b"wait", b"ed"]


@pytest.fixture
def serve() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(**options: Any) -> Running:
        started.append(Running(application, **options))
        return started[-1]

    yield start
    for running in started:
        running.stop()


def took(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.monotonic()
    found = act()
    return time.monotonic() - began, found


def emptied(running: Running) -> None:
    """Returns once nobody waits any more."""
    give_up = time.monotonic() + 5
    while running.server.row.waiting:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_an_answer_comes_late_whole_and_ends_the_connection(serve: Callable[..., Running]) -> None:
    seconds, answer = took(lambda: serve().say(asked("/late/0.3")))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert 0.3 <= seconds < 2
    assert head.startswith(b"HTTP/1.1 429") and b"\r\nConnection: close" in head
    assert b"\r\nContent-Length: 6" in head and body == b"waited"


def test_of_head_no_body_comes(serve: Callable[..., Running]) -> None:
    seconds, answer = took(lambda: serve().say(asked("/late/0.2", method="HEAD")))
    assert seconds >= 0.2 and answer.endswith(b"\r\n\r\n")


def test_who_waits_holds_no_thread(serve: Callable[..., Running]) -> None:
    running = serve(threads=1)
    with running.open() as first, running.open() as second, running.open() as good:
        for each in (first, second):
            each.sendall(asked("/late/2"))
        while running.server.row.waiting < 2:
            time.sleep(0.01)
        good.sendall(asked("/"))
        assert read_answer(good)[1] == b"waited"
        assert running.server.row.waiting == 2 and running.server.crew.threads == 1
        assert [read_answer(each)[1] for each in (first, second)] == [b"waited"] * 2
    emptied(running)


def test_they_leave_one_by_one_over_however_many_connections(
    serve: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "RATE", 20.0)
    monkeypatch.setattr(held, "BURST", 2)
    running = serve()
    clients = [running.open() for _ in range(12)]
    for each in clients:
        each.sendall(asked("/late/0"))
    seconds, _ = took(lambda: [read_answer(each) for each in clients])
    assert seconds >= 9 / 20.0
    for each in clients:
        each.close()


def test_one_that_need_not_wait_keeps_the_connection(serve: Callable[..., Running]) -> None:
    with serve().open() as client:
        for _ in range(3):
            client.sendall(asked("/late/0"))
            assert b"Connection: close" not in read_answer(client)[0]


def test_a_full_row_answers_at_once_and_ends_the_connection(serve: Callable[..., Running]) -> None:
    running = serve(connection_limit=4)
    with running.open() as first, running.open() as second:
        for each in (first, second):
            each.sendall(asked("/late/3"))
        while not running.server.row.full:
            time.sleep(0.01)
        seconds, answer = took(lambda: running.say(asked("/late/3")))
        assert seconds < 2 and b"Connection: close" in answer
        for each in (first, second):
            read_answer(each)


def test_a_client_that_goes_leaves_its_place(serve: Callable[..., Running]) -> None:
    running = serve()
    with running.open() as client:
        client.sendall(asked("/late/0.2"))
        while not running.server.row.waiting:
            time.sleep(0.01)
    emptied(running)


def test_a_body_that_nobody_read_does_not_cost_the_answer(serve: Callable[..., Running]) -> None:
    with serve().open() as client:
        client.sendall(asked("/late/0.2", method="PUT", body=b"x" * 300_000))
        assert read_all(client).endswith(b"waited")


def test_what_waits_is_answered_after_a_stop(serve: Callable[..., Running]) -> None:
    running = serve()
    with running.open() as client:
        client.sendall(asked("/late/0.5"))
        while not running.server.row.waiting:
            time.sleep(0.01)
        running.server.stop()
        assert read_answer(client)[1] == b"waited"


def test_a_row_counts_who_comes_and_goes() -> None:
    row = Row(2)
    assert row.enter(0.0) is None and row.waiting == 0
    assert row.enter(1.0) is not None and row.enter(1.0) is not None
    assert row.full and row.enter(1.0) is None
    row.leave()
    assert row.enter(1.0) is not None


def test_who_mistypes_feels_nothing_and_other_servers_have_no_means() -> None:
    assert [pause(failures) for failures in (1, 3, 4, 6, 1000)] == [
        0,
        0,
        0.1,
        pytest.approx(0.3),
        0.5,
    ]
    hold_back({})
