"""Processes take turns; none waits for ever for one that hangs, or at all for one that is dead."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve.taking_turns import MachineLock
from tests.unit.descriptors import held_open

SPAWN = multiprocessing.get_context("spawn")
ROUNDS = 50


def hold(path: Path, held: Any) -> None:
    with MachineLock(path).held():
        held.set()
        time.sleep(60)


def add(path: Path, number: Path) -> None:
    """Reads, waits, writes: two at once would lose a number."""
    lock = MachineLock(path)
    for _ in range(ROUNDS):
        with lock.held(60):
            found = int(number.read_text())
            time.sleep(0.0005)
            number.write_text(str(found + 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


@pytest.fixture
def holder(path: Path) -> Iterator[Any]:
    held = SPAWN.Event()
    process = SPAWN.Process(target=hold, args=(path, held))
    process.start()
    assert held.wait(30)
    yield process
    process.kill()
    process.join()


def test_one_at_a_time(path: Path, tmp_path: Path) -> None:
    number = tmp_path / "number"
    number.write_text("0")
    processes = [SPAWN.Process(target=add, args=(path, number)) for _ in range(3)]
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    assert int(number.read_text()) == 3 * ROUNDS


@pytest.mark.usefixtures("holder")
def test_nobody_waits_for_ever(path: Path) -> None:
    began = time.monotonic()
    with MachineLock(path).held(0.1):
        assert time.monotonic() - began >= 0.1


def test_the_dead_hold_nothing(path: Path, holder: Any) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    began = time.monotonic()
    with MachineLock(path).held(30):
        assert time.monotonic() - began < 30


def test_who_gave_up_waiting_does_not_take_it_later(path: Path, holder: Any) -> None:
    lock = MachineLock(path)
    for _ in range(3):
        with lock.held(0.01):
            pass
    holder.kill()
    holder.join()
    began = time.monotonic()
    with lock.held(30):
        assert time.monotonic() - began < 30


def test_it_can_be_let_go_before_the_end(path: Path) -> None:
    lock = MachineLock(path)
    with lock.held() as let_go:
        let_go()
        let_go()
        began = time.monotonic()
        with lock.held(30):
            assert time.monotonic() - began < 30


def test_no_files_are_left_open(path: Path, holder: Any) -> None:
    lock = MachineLock(path)
    for _ in range(5):
        with lock.held(0.01) as let_go:
            let_go()
    assert len(held_open(path)) == 5  # those who gave up still wait for it
    holder.kill()
    holder.join()
    give_up = time.monotonic() + 10
    while held_open(path) and time.monotonic() < give_up:
        time.sleep(0.01)
    assert held_open(path) == []
