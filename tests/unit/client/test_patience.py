"""Patience: what fails in passing is tried again, not for ever and not too soon."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event

import pytest

from mserve.client import patience
from mserve.client.errors import InTheWay, Stopped, Unavailable, Unreachable, retry_after
from mserve.client.patience import Patience, pause


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST", 0.001)


class Failing:
    """Fails `times` times, then gives 7; `steps` tells how far it has come at each failure."""

    def __init__(self, times: int, fault: Exception, steps: bool = False) -> None:
        self.times, self.fault, self.steps = times, fault, steps
        self.tried = 0

    def __call__(self) -> int:
        self.tried += 1
        if self.tried <= self.times:
            raise self.fault
        return 7

    def progress(self) -> int:
        return self.tried if self.steps else 0


def patient(tries: int = 4) -> Patience:
    return Patience(tries, Event(), lambda _: None)


def test_passing_faults_are_tried_again() -> None:
    assert patient()(Failing(3, Unreachable("broke"))) == 7


def test_not_for_ever() -> None:
    failing = Failing(9, Unreachable("broke"))
    with pytest.raises(Unreachable):
        patient()(failing)
    assert failing.tried == 4


def test_as_long_as_it_comes_further() -> None:
    failing = Failing(50, Unreachable("broke"), steps=True)
    assert patient()(failing, failing.progress) == 7


def test_what_will_not_pass_is_raised_at_once() -> None:
    failing = Failing(1, InTheWay(409, "name-taken", "there is one"))
    with pytest.raises(InTheWay):
        patient()(failing)
    assert failing.tried == 1


def test_the_caller_can_end_it() -> None:
    patience = patient()
    patience.stop.set()
    with pytest.raises(Stopped):
        patience(Failing(0, Unreachable("")))


def test_pauses_grow_and_what_the_server_asks_for_goes_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    fault = Unreachable("broke")
    assert [0.25 * 2**n <= pause(n + 1, fault) <= 0.5 * 2**n for n in range(5)] == [True] * 5
    assert pause(50, fault) <= 30
    assert 40 <= pause(1, Unavailable(503, "busy", "busy", 40)) <= 41
    assert pause(1, Unavailable(503, "busy", "busy", 1e9)) < 700


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after("7") == 7
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < (retry_after(moment) or 0) <= 30
    assert retry_after("Thu, 01 Jan 1998 00:00:00 GMT") == 0
    assert [retry_after(text) for text in ("", "soon", "-5")] == [None] * 3
