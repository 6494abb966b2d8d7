"""Who waits with its client for something else holds up nobody, and hears when the client goes."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mserve.turn import ATTEND
from tests.unit.server.running import Running, asked, read_answer

SOON = 1.0  # seconds


class Waiting:
    """An application that waits for a bell, and remembers what came of that."""

    def __init__(self) -> None:
        self.bell = os.eventfd(0, os.EFD_CLOEXEC)
        self.begun = 0
        self.went: list[bool] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [])
        if environ["PATH_INFO"] == "/quick":
            return [b"quick"]
        with environ[ATTEND].aside():
            self.begun += 1
            self.went.append(environ[ATTEND].wait(self.bell, 20))
        return [b"waited"]


@pytest.fixture
def app() -> Iterator[Waiting]:
    app = Waiting()
    yield app
    os.close(app.bell)


@pytest.fixture
def running(app: Waiting) -> Iterator[Running]:
    running = Running(app, threads=2)
    yield running
    running.stop()


def until(condition: Any) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < SOON
        time.sleep(0.01)
    return time.monotonic() - began


def test_a_bell_ends_the_waiting(app: Waiting, running: Running) -> None:
    with running.open() as client:
        client.sendall(asked())
        until(lambda: app.begun)
        os.eventfd_write(app.bell, 1)
        assert read_answer(client)[1] == b"waited"
    assert app.went == [True]


def test_many_who_wait_hold_up_nobody_and_leave_no_thread(app: Waiting, running: Running) -> None:
    with ExitStack() as clients:
        for number in range(20):
            clients.enter_context(running.open()).sendall(asked())
            until(lambda number=number: app.begun == number + 1)
        with running.open() as client:
            client.sendall(asked("/quick"))
            assert read_answer(client)[1] == b"quick"
        assert running.server.crew.threads >= 22
    until(lambda: len(app.went) == 20)
    assert not any(app.went)
    until(lambda: running.server.crew.threads <= 3)


def test_a_client_that_is_gone_is_noticed(app: Waiting, running: Running) -> None:
    with running.open() as client:
        client.sendall(asked())
        until(lambda: app.begun)
    until(lambda: app.went == [False])


def test_a_stop_ends_the_waiting_with_an_answer(app: Waiting, running: Running) -> None:
    with running.open() as client:
        client.sendall(asked())
        until(lambda: app.begun)
        began = time.monotonic()
        running.server.stop()
        assert read_answer(client)[1] == b"waited"
        running.thread.join(5)
        assert not running.thread.is_alive()
        assert time.monotonic() - began < 2
    assert app.went == [False]
