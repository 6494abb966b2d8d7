"""The crew, by its parts: what the thread that looks on may see of those that serve."""

import time
from collections.abc import Iterator
from threading import Event
from typing import Any

from mserve import turn
from mserve.server.crew import PATIENCE, Crew, Hand
from tests.unit.server.running import Running, asked, read_answer


class Quick(Hand):
    """A thread whose request ends while the other looks at it."""

    def __init__(self, crew: Crew) -> None:
        self.seen: Iterator[float | None] = iter([0.0, None])
        super().__init__(crew)

    @property  # type: ignore[override]  # as its thread changes it between two looks
    def began(self) -> float | None:
        return next(self.seen)

    @began.setter
    def began(self, moment: float | None) -> None:
        """Another thread's doing."""


def test_a_request_that_ends_while_it_is_looked_at_is_no_fault() -> None:
    crew = Crew(1, poll=lambda: (), serve=lambda descriptor: None, wake=lambda: None)
    Quick(crew).take()
    assert crew.patience(1.0) == PATIENCE
    assert crew.holder is None, "it was at one request since ever"


def test_who_waits_aside_leaves_no_thread_less() -> None:
    """As who waits for a password to be hashed."""
    go_on = Event()

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/aside":
            with turn.aside():
                go_on.wait(10)
        start("200 OK", [])
        return [b"here"]

    running = Running(application, threads=2)
    clients = [running.open() for _ in range(5)]
    for each in clients:
        each.sendall(asked("/aside"))
    with running.open() as good:
        good.sendall(asked("/"))
        began = time.monotonic()
        assert read_answer(good)[1] == b"here"
        assert time.monotonic() - began < 5
    go_on.set()
    assert [read_answer(each)[1] for each in clients] == [b"here"] * 5
    for each in clients:
        each.close()
    running.stop()
