"""Two processes want at once what only one of them can have, on a site behind ZEO.

The environment's MSERVE_RACES says how often, where it is to be more than a few times.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve import database, evolve, ingest
from mserve.ingest import locks
from mserve.resources.ids import new_id
from mserve.resources.lock import below, on
from mserve.settings import Settings
from tests.unit.locking import node_at
from tests.unit.support import spool
from tests.unit.test_newest import opened, serve

RACES = int(os.environ.get("MSERVE_RACES", "10"))
SERVICE = "demo/files"
PAUSE = 0.004  # seconds, in which both have heard when to start
RACER = """
import sys, time
from mserve import database, ingest
from mserve.conflicts import TALLY
from mserve.errors import MserveError
from mserve.ingest import locks
from mserve.resources.asker import Asker, asked_by
from mserve.resources.ids import new_id
from mserve.settings import Settings
from tests.unit.locking import node_at

db = database.open_database(Settings.parse({"mserve.data": sys.argv[1]}))
actor = Asker(f"key:{new_id()}", "dav")

def act(site):
    node = node_at(site, path)
    with asked_by(actor):
        if what == "remove":
            ingest.remove(node)
        elif what == "fill":
            ingest.make_folder(node, new_id())
        else:
            locks.lock(node, locks.Wish("exclusive", what == "deep", "", 600))

database.run(db, lambda site: None)
print("ready", flush=True)
for line in sys.stdin:
    start, what, path = line.split()
    before = TALLY.met.total()
    while time.time() < float(start):
        pass
    try:
        database.run(db, act)
        print("won", TALLY.met.total() - before, flush=True)
    except (MserveError, KeyError):
        print("lost", TALLY.met.total() - before, flush=True)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: Any) -> Path:
    return Path(tmp_path_factory.mktemp("races"))


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Any]:
    """The database of a demo behind ZEO."""
    server = serve(data)
    evolve.ensure(Settings.parse({"mserve.data": str(data), "mserve.demo": "true"}))
    db = opened(data)
    yield db
    db.close()
    server.kill()
    server.wait()


@pytest.fixture(scope="module")
def racers(data: Path, site: Any) -> Iterator[list[Any]]:
    command = [sys.executable, "-c", RACER, str(data)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert [each.stdout.readline() for each in started] == ["ready\n"] * 2
    yield started
    for each in started:
        each.stdin.close()
        each.stdout.close()
        each.wait()


class Course:
    """Where they race, and how often they have met."""

    def __init__(self, db: Any, racers: list[Any]) -> None:
        self.db, self.racers = db, racers
        self.conflicts = 0

    def lay(self, folder: str) -> None:
        """A new folder with a file in it."""
        bytes_ = spool(self.db, b"x")

        def act(site: Any) -> None:
            made = ingest.make_folder(node_at(site, SERVICE), folder)
            ingest.create(made, "a.txt", bytes_)

        database.run(self.db, act)
        bytes_.clear()

    def run(self, *wishes: str) -> list[bool]:
        """Has each of them do what it is to do at the same moment; returns who has done it."""
        start = time.time() + PAUSE
        for racer, wish in zip(self.racers, wishes, strict=True):
            racer.stdin.write(f"{start} {wish}\n")
            racer.stdin.flush()
        told = [racer.stdout.readline().split() for racer in self.racers]
        self.conflicts += sum(int(each[1]) for each in told)
        return [each[0] == "won" for each in told]

    def free(self) -> None:
        """Ends all locks."""

        def act(site: Any) -> None:
            service = node_at(site, SERVICE)
            for held in [*below(service), *on(service)]:
                locks.unlock(held)

        database.run(self.db, act)


@pytest.fixture
def course(site: Any, racers: list[Any]) -> Course:
    return Course(site, racers)


@pytest.mark.parametrize(("one", "other"), [
    ("lock {}/a.txt", "lock {}/a.txt"),
    ("deep {}", "lock {}/a.txt"),
    ("deep demo/files", "deep {}"),
    ("remove {}", "lock {}/a.txt"),
])  # fmt: skip
def test_exactly_one_wins(course: Course, one: str, other: str) -> None:
    for number in range(RACES):
        folder = new_id()
        course.lay(folder)
        wishes = [each.format(f"{SERVICE}/{folder}") for each in (one, other)]
        assert sum(course.run(*wishes[:: (-1) ** number])) == 1
        course.free()
    assert course.conflicts, "they never met"


def test_exactly_one_wins_a_lock_that_came_and_went(course: Course) -> None:
    folder = new_id()
    course.lay(folder)
    for _ in range(RACES):
        assert sum(course.run(*[f"lock {SERVICE}/{folder}/a.txt"] * 2)) == 1
        course.free()
    assert course.conflicts, "they never met"


def test_what_comes_into_a_folder_comes_before_its_lock(course: Course) -> None:
    """Or not at all: who has the lock finds what will be there."""

    def serials(site: Any) -> tuple[bytes, bytes]:
        folder = node_at(site, path)
        [new] = [child for name, child in folder.children.items() if name != "a.txt"]
        folder.locking._p_activate(), new._p_activate()
        return new._p_serial, folder.locking._p_serial

    for folder in [new_id() for _ in range(RACES)]:
        path = f"{SERVICE}/{folder}"
        course.lay(folder)
        if all(course.run(f"fill {path}", f"lock {path}")):
            came, locked = database.run(course.db, serials)
            assert came < locked
        course.free()
    assert course.conflicts, "they never met"
