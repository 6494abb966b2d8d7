"""Each line of a front's log counts once, wherever rotation puts it and whoever is killed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ZODB.POSException import ConflictError

from mserve import database, front_log, ingest
from mserve.check import accounts
from mserve.folding import forget_tellers
from mserve.front_log import FrontLog, count_some
from mserve.resources import clock, tellers
from mserve.resources.figure import Figure
from mserve.resources.metrics import ACCESS, ACCESS_TIME, INTERRUPTED, RESPONSE_TIME
from mserve.seal import Seal
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.read_names import Named, ReadNames
from mserve.tasks.reads import Place
from tests.unit.support import Clock, spool, writers
from tests.unit.tasks.support import RedisServer

SECOND = clock.SECOND
Words = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "front"
    folder.mkdir()
    return folder / "reads.log"


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer, path: Path) -> dict[str, str]:
    own = {"mserve.redis": redis.url, "mserve.sendfile": "nginx", "mserve.front_log": str(path)}
    return {**lines, **own}


@pytest.fixture
def place(db: Any, see: Any) -> Place:
    """/demo/files/in/a.txt."""

    def make(site: Any) -> tuple[str, ...]:
        folder = ingest.make_folders(site["demo"]["files"], ("in",))
        stored = ingest.create(folder, "a.txt", spool(db, b"abc"), "text/plain")
        return tuple(node.id for node in stored.mfile.lineage())

    return Place(see(make), (), "text/plain")


@pytest.fixture
def names(settings: Settings) -> ReadNames:
    return ReadNames(Seal.of(settings.data))


@pytest.fixture
def written(path: Path, names: ReadNames, place: Place) -> Callable[..., None]:
    """`written(sent, …)`: the front logs a read."""

    def write(amount: int, first: int = 64, **other: Any) -> None:
        told: Words = {"read": names.name(Named(place, first)), "status": 200, "sent": amount,
                       "whole": "OK", "seconds": 0.5, "ended": clock.now() / SECOND}  # fmt: skip
        with path.open("ab") as file:
            file.write(json.dumps({**told, **other}).encode() + b"\n")

    return write


@pytest.fixture
def counting(db: Any, settings: Settings, queues: Queues) -> Callable[[], None]:
    """A scheduler's look at the log."""
    chore = FrontLog()
    return lambda: chore.count(db, settings, queues)


@pytest.fixture
def counted(see: Any, counting: Any, place: Place) -> Callable[..., Figure]:
    """What is counted at the file, once a scheduler has looked."""

    def look(metric: str = ACCESS) -> Figure:
        counting()
        found: Figure = see(lambda site: site.ids[place.nodes[0]].usage.get(metric))
        return found

    return look


def test_what_the_front_has_sent_counts_at_each_level(
    written: Any, counted: Any, see: Any, place: Place
) -> None:
    written(4096)
    written(1000, whole="", seconds=0.25)
    written(10, status=206, first=32)
    expected = {
        ACCESS: Figure.of(4096, 1000, 10),
        RESPONSE_TIME: Figure.of(1.0, 1.0, 0.5),
        ACCESS_TIME: Figure.of(500.0, 250.0, 500.0),
        INTERRUPTED: Figure.of(1),
    }
    assert {metric: counted(metric) for metric in expected} == expected
    for id in place.nodes[:-1]:
        assert see(lambda site, id=id: site.ids[id].usage.get(ACCESS)) == expected[ACCESS]
    assert see(lambda site: [*accounts.check(site, False)]) == []


def test_what_was_refused_or_never_begun_is_no_read(written: Any, counted: Any) -> None:
    for status in (304, 404, 416, 499):
        written(150, status=status)
    written(0, whole="")
    written(7)
    assert counted() == Figure.of(7)


def test_a_line_counts_once_it_is_whole(written: Any, counted: Any, path: Path) -> None:
    written(1), written(2)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert counted() == counted() == Figure.of(1)
    path.write_bytes(whole)
    assert counted() == counted() == Figure.of(1, 2)


def test_rotation_by_name_loses_and_repeats_nothing(written: Any, counted: Any, path: Path) -> None:
    written(1)
    assert counted() == Figure.of(1)
    moved = path.rename(path.with_name("reads.log.1"))
    with moved.open("ab") as open_still:  # until it is told to, nginx goes on to write there
        written(3)
        late, after = path.read_bytes(), moved.read_bytes()
        open_still.write(late)
        path.unlink()
    assert moved.read_bytes() == after + late
    written(4)
    assert counted() == Figure.of(1, 3, 4)
    moved.rename(path.with_name("reads.log-20261127"))
    assert counted() == Figure.of(1, 3, 4)


def test_rotation_by_copy_loses_and_repeats_nothing(written: Any, counted: Any, path: Path) -> None:
    written(1)
    counted()
    written(2)
    path.with_name("reads.log.1").write_bytes(path.read_bytes())
    assert counted() == Figure.of(1, 2)
    path.write_bytes(b"")
    assert counted() == Figure.of(1, 2)
    for sent in range(3, 9):  # it gets longer than the former was
        written(sent)
    assert counted() == Figure.of(*range(1, 9))
    path.with_name("reads.log.2.gz").write_bytes(b"packed\n")
    assert counted() == Figure.of(*range(1, 9))


def test_long_logs_are_counted_piece_by_piece(
    written: Any, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_log, "MOST", 1000)
    for sent in range(1, 30):
        written(sent)
    assert counted() == Figure.of(*range(1, 30))


def test_who_is_killed_counts_nothing_twice(
    db: Any, written: Any, counted: Any, path: Path, names: ReadNames
) -> None:
    written(1)

    def killed(site: Any) -> None:
        count_some(path, names, site)
        raise SystemExit

    with pytest.raises(SystemExit):
        database.run(db, killed)
    assert counted() == Figure.of(1)


def test_of_two_who_count_at_once_one_conflicts(
    db: Any, written: Any, counted: Any, path: Path, names: ReadNames
) -> None:
    written(1)
    with writers(db, 2) as (first, second):
        count_some(path, names, first.site)
        written(2)
        count_some(path, names, second.site)
        first.commit()
        with pytest.raises(ConflictError):
            second.commit()
    assert counted() == Figure.of(1, 2)


def test_what_is_garbled_or_forged_is_left_out_and_told(
    written: Any, counted: Any, path: Path, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(b"# a log of reads\n")
    written(1)
    forged = ReadNames(Seal("another-" * 4))
    written(10**9, read=forged.name(Named(place, 1)))
    for odd in ({"sent": -5}, {"sent": None}, {"read": 7}, {"read": ""}, {"seconds": "x"},
                {"ended": 1e12}, {"sent": float("inf")}, {"status": []}):  # fmt: skip
        written(5, **odd)
    with path.open("ab") as file:
        file.write(b"\xff\0\n{\n[]\n7\n" + b"[" * 100_000 + b"\n\n")
    written(2)
    assert counted() == counted() == Figure.of(1, 2)
    assert "16 lines tell of no read" in caplog.text


def test_another_log_or_none_is_told_once(
    counted: Any, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert counted() == counted() == Figure()
    assert caplog.text.count("there is no such file") == 1
    path.write_bytes(b"")
    counted()
    path.write_bytes(b"GET / 200\n" * 10)
    assert counted() == counted() == Figure()
    assert caplog.text.count("begins with no read") == 1
    path.unlink()
    path.symlink_to("/proc/self/mem")
    assert counted() == Figure()
    assert caplog.text.count("its reads do not count") == 1


def test_a_log_is_forgotten_when_it_is_too_old_to_count(
    db: Any, settings: Settings, queues: Queues, written: Any, counted: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    time = Clock(monkeypatch, "2026-05-01T12:00:00Z")
    written(1)
    assert counted() == Figure.of(1)
    time.pass_by(tellers.KEPT / SECOND + 1)
    forget_tellers(db, settings, queues)
    written(2)
    assert counted() == Figure.of(1, 2)
