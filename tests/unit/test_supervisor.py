"""The supervisor, over small real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mserve.cli import child
from mserve.cli.child import Part
from mserve.cli.supervisor import CannotStart, StopAsked, Supervisor

ENDLESS = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time, pathlib, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
)
WITH_CHILD = (
    "import pathlib, subprocess, sys, time;"
    "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "pathlib.Path(sys.argv[1]).write_text(str(other.pid)); time.sleep(600)"
)


class World:
    """A supervisor, what it said, and a way to ask it to stop."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.told: list[dict[str, int]] = []
        self.stop_when = lambda: False
        self.supervisor = Supervisor(
            folder / "logs", self.wait, self.said.append, lambda pids: self.told.append(dict(pids))
        )

    def wait(self, seconds: float) -> bool:
        time.sleep(min(seconds, 0.02))
        return self.stop_when()

    def tend_until(self, condition: object) -> None:
        give_up = time.monotonic() + 20
        self.stop_when = lambda: condition() or time.monotonic() > give_up
        with pytest.raises(StopAsked):
            self.supervisor.tend()
        assert condition()
        self.stop_when = lambda: False


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.supervisor.stop()


def part(name: str, program: str = ENDLESS, *arguments: str, **more: object) -> Part:
    command = (sys.executable, "-c", program, *arguments)
    settings = {"missing": lambda pid: None, **more}
    return Part(name=name, command=command, **settings)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(condition: object) -> None:
    give_up = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_part_is_started_and_waited_for(world: World) -> None:
    faults = iter(["not yet", "not yet", None])
    world.supervisor.start(part("web", missing=lambda pid: next(faults)))
    assert next(faults, "all asked") == "all asked"
    assert alive(world.supervisor.pids()["web"])


def test_a_part_that_ends_at_its_start_is_named_with_its_log_and_a_hint(world: World) -> None:
    broken = part("web", "raise SystemExit('no such thing')", missing=lambda pid: "", hint="Do x.")
    with pytest.raises(CannotStart, match=r"(?s)web ended.*web\.log.*no such thing.*Do x\."):
        world.supervisor.start(broken)


def test_a_part_that_does_not_answer_is_named_with_what_is_missing(world: World) -> None:
    silent = part("redis", missing=lambda pid: "connection refused", patience=0.2)
    with pytest.raises(CannotStart, match=r"redis does not answer: connection refused"):
        world.supervisor.start(silent)


def test_a_command_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(CannotStart, match=r"redis cannot be started.*no-such-program"):
        world.supervisor.start(Part("redis", ("no-such-program",), lambda pid: None))


def test_a_step_that_fails_stops_the_start(world: World) -> None:
    world.supervisor.once(part("init", "pass"))
    with pytest.raises(CannotStart, match="init failed"):
        world.supervisor.once(part("init", "raise SystemExit(3)"))
    assert world.supervisor.pids() == {}


def test_a_part_that_dies_is_started_again_and_its_new_pid_told(world: World) -> None:
    world.supervisor.start(part("web"), part("zeo"))
    first = world.supervisor.pids()
    os.kill(first["web"], signal.SIGKILL)
    world.tend_until(lambda: world.told)
    assert world.told[0]["web"] != first["web"]
    assert world.told[0]["zeo"] == first["zeo"]
    assert world.said[0].startswith("web was ended by SIGKILL; it is started again in 0.2 s")


def test_the_pauses_grow_when_a_part_dies_at_once(tmp_path: Path) -> None:
    one = child.Child(part("web", "pass"), tmp_path)
    pauses = []
    for _ in range(8):
        one.start()
        one.process.wait()
        assert one.bury().startswith("web ended (0)")
        pauses.append(round(one.due - time.monotonic(), 1))
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]


def test_the_pause_is_short_again_after_a_steady_run(tmp_path: Path) -> None:
    one = child.Child(part("web", "pass"), tmp_path)
    one.pause = 10.0
    one.start()
    one.process.wait()
    one.started -= child.STEADY
    assert "in 0.2 s" in one.bury()


def test_stop_ends_the_parts_backwards(world: World) -> None:
    world.supervisor.start(part("zeo"), part("web"))
    pids = world.supervisor.pids()
    world.supervisor.stop()
    assert world.said == ["stopping web", "stopping zeo"]
    assert not any(map(alive, pids.values()))


def test_a_part_that_does_not_heed_sigterm_is_killed_in_time(world: World, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    world.supervisor.start(
        part(
            "web",
            STUBBORN,
            str(mark),
            grace=0.2,
            missing=lambda pid: None if mark.exists() else "",
        )
    )
    world.supervisor.stop()
    assert world.said[-1] == "web has not ended in 0 s and is killed"


def test_a_second_stop_ends_all_at_once(world: World, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    stubborn = part("web", STUBBORN, str(mark), missing=lambda pid: None if mark.exists() else "")
    world.supervisor.start(part("zeo"), stubborn)
    world.stop_when = lambda: True
    begun = time.monotonic()
    world.supervisor.stop()
    assert time.monotonic() - begun < 5
    assert world.said == ["stopping web", "ending everything at once"]
    assert not any(map(alive, world.supervisor.pids().values()))


def test_what_a_part_started_goes_with_it(world: World, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    world.supervisor.start(
        part("worker", WITH_CHILD, str(note), missing=lambda pid: None if note.exists() else "")
    )
    wait_for(note.read_text)
    grandchild = int(note.read_text())
    os.kill(world.supervisor.pids()["worker"], signal.SIGKILL)
    world.tend_until(lambda: world.said)
    wait_for(lambda: not alive(grandchild))


def test_a_child_dies_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = f"""
import time
from pathlib import Path
from mserve.cli.child import Child, Part
command = {(sys.executable, "-c", ENDLESS)!r}
one = Child(Part("web", command, lambda pid: None), Path({str(tmp_path)!r}))
one.start()
print(one.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout
        pid = int(supervisor.stdout.readline())
        assert alive(pid)
        supervisor.kill()
    wait_for(lambda: not alive(pid))


def test_a_log_that_has_grown_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LOG_LIMIT", 10)
    (tmp_path / "web.log").write_text("what was said long ago")
    one = child.Child(part("web", "print('new')"), tmp_path)
    one.start()
    one.process.wait()
    assert (tmp_path / "web.log.1").read_text() == "what was said long ago"
    assert one.last_lines() == "    new"
