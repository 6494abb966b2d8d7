"""A task ends when its time is over or somebody says so; what is around it is never broken off."""

import signal
import subprocess
import sys
import time

import pytest

from mserve.tasks.interrupt import Interrupts, TaskStopped, TaskTimeout


@pytest.fixture
def interrupts() -> Interrupts:
    return Interrupts()


def test_what_is_in_time_is_not_interrupted(interrupts: Interrupts) -> None:
    assert interrupts.run("one", 5.0, lambda: "done") == "done"
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_takes_too_long_is_interrupted(interrupts: Interrupts) -> None:
    with pytest.raises(TaskTimeout, match=r"longer than the 0\.1 s"):
        interrupts.run("one", 0.1, lambda: time.sleep(10))


def test_nothing_is_raised_when_no_task_runs(interrupts: Interrupts) -> None:
    interrupts.stop("one")
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(0.05)


def test_an_interrupt_comes_once(interrupts: Interrupts) -> None:
    """What the task does to clean up is left in peace."""
    cleaned = []

    def task() -> None:
        try:
            time.sleep(10)
        finally:
            interrupts.stop("one")
            time.sleep(0.05)
            cleaned.append(True)

    with pytest.raises(TaskTimeout):
        interrupts.run("one", 0.1, task)
    assert cleaned == [True]


def test_an_interrupt_waits_for_what_must_not_be_broken_off(interrupts: Interrupts) -> None:
    said = []

    def task() -> None:
        with interrupts.postponed():
            interrupts.stop("one")
            time.sleep(0.05)
            said.append("question and answer")
        said.append("more")

    with pytest.raises(TaskStopped):
        interrupts.run("one", 5.0, task)
    assert said == ["question and answer"]


def test_the_next_task_has_its_own_time(interrupts: Interrupts) -> None:
    with pytest.raises(TaskStopped):
        interrupts.run("one", 0.2, lambda: interrupts.stop("one"))
    interrupts.run("two", 5.0, lambda: time.sleep(0.3))


STUCK = """
from itertools import repeat
from mserve.tasks import interrupt
interrupt.GRACE = 0.3
interrupt.Interrupts().run("one", 0.2, lambda: sum(repeat(0, 10**12)))
"""


def test_what_cannot_be_interrupted_takes_the_process_with_it() -> None:
    """Compiled code that keeps the interpreter to itself: no signal handler runs, nor a thread."""
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, timeout=30)
    assert ended.returncode == 1
    assert b"Timeout (0:00:00.5" in ended.stderr
    assert b"TaskTimeout" not in ended.stderr
    assert time.monotonic() - began < 10
