"""A transaction sees every commit that was answered before, of any process, without a question."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mserve import database, newest
from mserve.cli.storage import Server
from mserve.cli.zeo import open_storage
from mserve.resources.site import Site
from mserve.settings import Settings

ROUNDS = 2000
SERVER = """
import sys
from pathlib import Path
from mserve.cli import zeo
from mserve.settings import Settings
zeo.serve(Settings.parse({"mserve.data": sys.argv[1]}))
"""
READER = """
import sys
from mserve import database
from mserve.settings import Settings

db = database.open_database(Settings.parse({"mserve.data": sys.argv[1]}))
plain, asked = db.storage.ping, []
db.storage.ping = lambda: asked.append(1) or plain()
print("ready", flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        seen = database.run(db, lambda site: site.schema)
    print(seen, len(asked), flush=True)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`mserve zeo` on `tmp_path`, with a site in it."""
    process = serve(tmp_path)
    db = opened(tmp_path)
    database.run_root(db, lambda root: root.update({database.SITE: Site()}))
    db.close()
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def reader(tmp_path: Path, server: Any) -> Iterator[subprocess.Popen[str]]:
    """Another process: told a number, it reads as often, and says what it saw and asked."""
    command = [sys.executable, "-c", READER, str(tmp_path)]
    with subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def serve(data: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(data)], text=True)
    give_up = time.monotonic() + 30
    while not (data / "zeo.sock").is_socket() and time.monotonic() < give_up:
        time.sleep(0.02)
    return process


def opened(data: Path) -> Any:
    return database.open_database(Settings.parse({"mserve.data": str(data)}))


def read(reader: Any, times: int = 1) -> tuple[int, int]:
    reader.stdin.write(f"{times}\n")
    reader.stdin.flush()
    seen, asked = reader.stdout.readline().split()
    return int(seen), int(asked)


def count(db: Any, number: int) -> None:
    database.run(db, lambda site: setattr(site, "schema", number))


def test_no_read_is_stale(tmp_path: Path, reader: Any) -> None:
    db = opened(tmp_path)
    for number in range(ROUNDS):
        count(db, number)
        assert read(reader)[0] == number
    db.close()


def test_where_nothing_was_committed_nothing_is_asked(tmp_path: Path, reader: Any) -> None:
    db = opened(tmp_path)
    count(db, 7)
    before = read(reader)[1]
    assert read(reader, 500) == (7, before)
    db.close()


def test_another_server_shows_its_own(tmp_path: Path, server: Any, reader: Any) -> None:
    """The first is killed; what its successor commits is seen, and again without a question."""
    server.kill()
    server.wait()
    (tmp_path / "zeo.sock").unlink()
    successor = serve(tmp_path)
    try:
        db = opened(tmp_path)
        for number in range(100):
            count(db, number)
            assert read(reader)[0] == number
        before = read(reader)[1]
        assert read(reader, 100) == (99, before)
        db.close()
    finally:
        successor.kill()
        successor.wait()


def test_what_is_shown_is_there_before_the_answer(tmp_path: Path) -> None:
    """Not after it, as invalidations are: in the callback of tpc_finish, which then returns."""
    storage = open_storage(tmp_path)
    server = Server(str(tmp_path / "s"), storage, tmp_path / "n")
    loop, shown = server.acceptor.event_loop, newest.Newest(str(tmp_path / "n"))
    try:
        assert shown.read() == storage.lastTransaction()
        server.invalidate(None, "1", b"12345678", ())
        assert shown.read() == b"12345678"
    finally:
        server.close()
        loop.run_forever()  # until it has closed
        loop.close()


def test_a_file_that_is_not_the_servers_is_not_believed(tmp_path: Path) -> None:
    place = newest.create(tmp_path / "n", newest.NONE).place
    assert newest.find(tuple(place)) is not None
    (tmp_path / "m").write_bytes(newest.NONE)  # beside it, so that it has another inode
    (tmp_path / "m").rename(tmp_path / "n")
    assert newest.find(tuple(place)) is None
    (tmp_path / "n").unlink()
    assert newest.find(tuple(place)) is None
    assert newest.find(None) is None  # a server of another make tells nothing
