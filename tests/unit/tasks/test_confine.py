"""A confined task costs its own process alone, whatever it does, and is told in words."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mserve.errors import TaskError
from mserve.tasks.confine import LOG_KEPT, MIB, Crashed, Limits, Meter, confine
from mserve.tasks.interrupt import Interrupts, TaskTimeout
from mserve.tasks.outcome import Outcome, Output, Rendition
from mserve.tasks.source import Source
from tests.unit.tasks import hostile
from tests.unit.tasks.support import wait_for

SMALL = Limits(memory=64 * MIB, cpu=1.0, file=8 * MIB)


@pytest.fixture
def told() -> list[tuple[float, str]]:
    return []


@pytest.fixture
def source(tmp_path: Path, told: list[tuple[float, str]]) -> Source:
    (tmp_path / "content").write_bytes(b"abc")
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def report(fraction: float, words: str) -> None:
        told.append((fraction, words))

    return Source(tmp_path / "content", "a.txt", "text/plain", 3, scratch, {"title": "A"}, report)


def run(function: Callable[..., Any], source: Source, **arguments: Any) -> Outcome:
    return confine(function, source, arguments, SMALL)


def test_all_that_a_task_gives_comes_back(source: Source, told: list[tuple[float, str]]) -> None:
    meter = Meter()
    outcome = confine(hostile.well, source, {"words": "half"}, SMALL, meter)
    assert outcome.result["pid"] != os.getpid()
    assert (outcome.result["name"], outcome.result["metadata"]) == ("a.txt", {"title": "A"})
    assert outcome.facts == {"mimetype": "text/plain"}
    path = source.scratch / "out"
    assert outcome.outputs == (
        Output("out", path, "text/plain"), Rendition("small", path, "image/png", 3, 4)
    )  # fmt: skip
    assert path.read_bytes() == b"cba"
    assert told == [(0.5, "half")]
    assert sorted(meter.log.splitlines()) == ["and complained", "said on the way"]
    assert 0 < meter.spent.cpu < 10
    assert MIB < meter.spent.memory < 1024 * MIB


def test_what_it_says_is_heard_while_it_runs(
    source: Source, told: list[tuple[float, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mserve.tasks.confine.QUIET", 0.05)
    meter, heard = Meter(), set[str]()
    meter.tell = lambda: heard.add(meter.tail())
    confine(hostile.murmur, source, {}, SMALL, meter)
    assert {"line 1\n", "line 1\nline 2\n"} <= heard and told == []


@pytest.mark.parametrize(
    ("function", "fault", "words"),
    [
        (hostile.refuse, TaskError, "the file is no good"),
        (hostile.fail, Crashed, "ValueError: a fault of the task"),
        (hostile.crash, Crashed, "SIGSEGV"),
        (hostile.be_killed, Crashed, "killed"),
        (hostile.leave, Crashed, "ended with 3"),
        (hostile.grow, TaskError, "64 MiB"),
        (hostile.spin, TaskError, "1 s of processor"),
        (hostile.write, TaskError, f"{8 * MIB} bytes"),
        (hostile.point_elsewhere, TaskError, "scratch folder"),
        (hostile.return_nonsense, TaskError, "not an Outcome"),
    ],
)
def test_what_goes_wrong_is_told(
    source: Source, function: Any, fault: type[Exception], words: str
) -> None:
    with pytest.raises(fault, match=words):
        run(function, source)


def test_the_traceback_of_a_fault_is_in_the_log(source: Source) -> None:
    meter = Meter()
    with pytest.raises(Crashed):
        confine(hostile.fail, source, {}, SMALL, meter)
    assert "Traceback" in meter.log and "hostile.py" in meter.log
    with pytest.raises(Crashed):
        confine(hostile.crash, source, {}, SMALL, meter)
    assert "Segmentation fault" in meter.log


def test_a_log_keeps_its_end(source: Source) -> None:
    meter = Meter()
    confine(hostile.chatter, source, {}, SMALL, meter)
    assert len(meter.log) <= LOG_KEPT
    assert meter.log.endswith("line 99999\n")


def test_an_interrupt_ends_the_process(source: Source) -> None:
    interrupts = Interrupts()
    began = time.monotonic()
    with pytest.raises(TaskTimeout):
        interrupts.run("it", 1.0, lambda: run(hostile.hang, source))
    assert time.monotonic() - began < 5
    assert not _lives(int((source.scratch / "pid").read_text()))


WORKER = """
import sys
from pathlib import Path
from mserve.tasks.confine import Limits, confine
from mserve.tasks.source import Source
from tests.unit.tasks import hostile
folder = Path(sys.argv[1])
source = Source(folder / "content", "a", "text/plain", 3, folder / "scratch")
confine(hostile.hang, source, {}, Limits())
"""


def test_it_dies_with_its_worker(source: Source) -> None:
    command = [sys.executable, "-c", WORKER, str(source.path.parent)]
    worker = subprocess.Popen(command, cwd=Path(__file__).parents[3])
    told = source.scratch / "pid"
    try:
        wait_for(lambda: told.exists() and told.read_text())
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    wait_for(lambda: not _lives(int(told.read_text())), 10)


def test_a_second_task_begins_quickly(source: Source) -> None:
    run(hostile.well, source)
    began = time.monotonic()
    for _ in range(5):
        run(hostile.well, source)
    assert time.monotonic() - began < 10


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
