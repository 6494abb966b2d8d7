"""Who follows a run is told how far it is and what it says, and not more often than is of use."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as AwayError

from mserve.tasks import reporter
from mserve.tasks.confine import Meter
from mserve.tasks.interrupt import Interrupts
from mserve.tasks.measure import measured
from mserve.tasks.reporter import SAID, Reporter


class Told:
    """Queues that remember what is told; `fault` is raised instead."""

    def __init__(self) -> None:
        self.progresses: list[tuple[float, str]] = []
        self.logs: list[str] = []
        self.fault: Exception | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    def progress(self, run: str, fraction: float, words: str) -> None:
        self._meet(lambda: self.progresses.append((fraction, words)))

    def say(self, run: str, said: str) -> None:
        self._meet(lambda: self.logs.append(said))

    def _meet(self, act: Callable[[], None]) -> None:
        self.meanwhile()
        if self.fault is not None:
            raise self.fault
        act()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [100.0]
    monkeypatch.setattr(reporter.time, "monotonic", lambda: moment[0])
    return moment


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def own(told: Any, meter: Meter, now: list[float]) -> Reporter:
    return Reporter(told, Interrupts(), "job-0-0", meter)


def test_a_log_that_has_grown_is_told_without_any_progress(
    own: Reporter, told: Told, meter: Meter, now: list[float]
) -> None:
    for said in ("", "one\n", "one\ntwo\n", "one\ntwo\n"):
        meter.tail = lambda said=said: said
        own.tell_log()
        now[0] += 1
    assert told.logs == ["", "one\n", "one\ntwo\n"] and told.progresses == []


def test_it_is_told_again_before_it_is_forgotten(
    own: Reporter, told: Told, now: list[float]
) -> None:
    own.tell_log()
    now[0] += reporter.TOLD_TTL / 2 + 1
    own.tell_log()
    assert told.logs == ["", ""]


def test_of_much_the_end_is_told_and_of_often_some(
    own: Reporter, told: Told, meter: Meter, now: list[float]
) -> None:
    meter.tail = lambda: "x" * SAID + f"{now[0]}"
    for _ in range(10):
        own.progress(0.5, "half")
        now[0] += 0.125
    own.progress(1.0, "all")
    assert told.progresses == [(0.5, "half")] * 3 + [(1.0, "all")]
    assert len(told.logs) == 3 and all(len(each) == SAID for each in told.logs)


def test_where_redis_is_away_it_is_tried_again(own: Reporter, told: Told, now: list[float]) -> None:
    told.fault = AwayError("no")
    own.progress(0.5, "half")
    now[0] += 1
    told.fault = None
    own.tell_log()
    assert told.logs == [""]


def test_what_a_task_in_the_worker_logs_is_told_at_once(
    own: Reporter, told: Told, meter: Meter, caplog: Any
) -> None:
    meter.tell = own.tell_log
    told.meanwhile = lambda: logging.getLogger("redis").warning("slow")  # has nothing told
    with measured(meter):
        logging.getLogger("task").warning("begins")
    assert told.logs == ["WARNING task: begins\n"]
