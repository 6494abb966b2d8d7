"""What processes have counted is added up, also of those that were killed, and each once."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mserve import count_files, counts
from mserve.count_files import ENDING, FORMER, CountFiles
from mserve.counts import MAGIC, NOW, Counts

CHILD = """
import sys
from pathlib import Path
from mserve.count_files import CountFiles
from mserve.counts import COUNTS
CountFiles(Path(sys.argv[1])).begin()
for _ in range(int(sys.argv[2])):
    COUNTS.add("a|x")
COUNTS.set("now|b", 5)
COUNTS.observe("c", (1, 2), 1.5)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> Counts:
    made = Counts()
    monkeypatch.setattr(count_files, "COUNTS", made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "metrics"
    made.mkdir()
    return made


class Child:
    """Another process that counts in the folder."""

    def __init__(self, folder: Path, number: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(folder), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def children(folder: Path) -> Iterator[list[Child]]:
    made = [Child(folder, number) for number in (3, 4)]
    yield made
    for each in made:
        each.kill()


def test_numbers_are_where_they_were_put(own: Counts) -> None:
    own.add("a")
    own.add("a", 2.5)
    own.set(f"{NOW}b", 7)
    own.set(f"{NOW}b", 6)
    for value in (0.5, 1, 1.5, 3):
        own.observe("c", (1, 2), value)
    assert own.values() == {"a": [3.5], "now|b": [6], "c": [4, 6, 2, 1, 1]}


def test_a_file_has_what_the_memory_had_and_what_came_after(own: Counts) -> None:
    own.add("before|é")
    room = bytearray(4096)
    own.keep_in(room)
    own.add("before|é")
    own.observe("after", (1, 2), 9)
    assert counts.read(bytes(room)) == own.values() == {"before|é": [2], "after": [1, 9, 0, 0, 1]}


def test_what_finds_no_room_is_counted_all_the_same(
    own: Counts, caplog: pytest.LogCaptureFixture
) -> None:
    room = bytearray(128)
    own.keep_in(room)
    for number in range(9):
        own.add(f"name-{number}")
        own.add(f"name-{number}")
    assert set(map(tuple, own.values().values())) == {(2.0,)}
    kept = counts.read(bytes(room))
    assert 0 < len(kept) < 9
    assert set(map(tuple, kept.values())) == {(2.0,)}
    assert caplog.messages == [
        f"there is no room to count name-{number} where others see it"
        for number in range(len(kept), 9)
    ]


@pytest.mark.parametrize("room", [b"", b"x" * 100, MAGIC[:9]])
def test_another_file_is_none_of_counts(room: bytes) -> None:
    with pytest.raises(ValueError, match="no file of counts"):
        counts.read(room)


def test_all_that_live_are_added_up(own: Counts, folder: Path, children: list[Child]) -> None:
    own.add("a|x")
    total = CountFiles(folder).total()
    assert total.processes == 3
    assert total.values == {"a|x": [8], "now|b": [10], "c": [2, 3, 0, 2, 0]}


def test_who_was_killed_counts_once_and_for_ever(folder: Path, children: list[Child]) -> None:
    files = CountFiles(folder)
    children[0].kill()
    for _ in range(3):
        total = files.total()
        assert total.processes == 2
        assert total.values == {"a|x": [7], "now|b": [5], "c": [2, 3, 0, 2, 0]}
        assert len([*folder.glob(f"*{ENDING}")]) == 1
    children[1].kill()
    again = CountFiles(folder)  # as after a restart of all
    assert again.total().values == {"a|x": [7], "c": [2, 3, 0, 2, 0]}
    assert not [*folder.glob(f"*{ENDING}")]


def test_a_file_that_was_not_removed_is_not_added_twice(
    folder: Path, children: list[Child]
) -> None:
    path = next(folder.glob(f"{children[0].process.pid}-*"))
    children[0].kill()
    kept = path.read_bytes()
    assert CountFiles(folder).total().values["a|x"] == [7]
    path.write_bytes(kept)  # as if the process had been killed between the two
    assert CountFiles(folder).total().values["a|x"] == [7]
    assert not path.exists()


def test_where_nothing_can_be_written_ended_ones_count_all_the_same(
    folder: Path, children: list[Child], caplog: pytest.LogCaptureFixture
) -> None:
    (folder / f"{FORMER}.new").mkdir()
    children[0].kill()
    for _ in range(2):
        assert CountFiles(folder).total().values["a|x"] == [7]
    assert "files of ended processes stay" in caplog.text


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"counts": {}})])
def test_a_broken_sum_begins_anew(
    folder: Path, text: str, own: Counts, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / FORMER).write_text(text)
    own.add("a")
    assert CountFiles(folder).total().values == {"a": [1]}
    assert "is lost" in caplog.text


def test_a_broken_file_counts_nothing(
    folder: Path, own: Counts, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / f"1-x{ENDING}").write_bytes(b"")
    own.add("a")
    assert CountFiles(folder).total().values == {"a": [1]}
    assert "no file of counts" in caplog.text


def test_a_process_has_a_file_of_its_own_and_holds_it(own: Counts, tmp_path: Path) -> None:
    own.add("a")
    files = CountFiles(tmp_path / "metrics")
    files.begin()
    own.add("a")
    [path] = (tmp_path / "metrics").glob(f"*{ENDING}")
    assert path == files.own
    assert counts.read(path.read_bytes()) == {"a": [2]}
    assert files.total() == ({"a": [2]}, 1)
    descriptor = os.open(path, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    os.close(descriptor)


def test_on_a_full_disk_a_process_counts_in_memory(
    own: Counts, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "metrics").write_text("no folder")
    files = CountFiles(tmp_path / "metrics")
    files.begin()
    own.add("a")
    assert files.total() == ({"a": [1]}, 1)
    assert "lost with it" in caplog.text
