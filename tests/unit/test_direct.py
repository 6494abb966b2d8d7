"""Direct loads give what ZEO would, or leave it to ZEO."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import transaction
from persistent.mapping import PersistentMapping
from ZODB import DB
from ZODB.FileStorage import FileStorage
from ZODB.utils import maxtid, p64

from mserve.cli.loads import Loads
from mserve.direct import AT_ONCE, KEPT, Direct
from tests.unit.test_newest import opened, serve

BIG = 1 << 17  # bytes of a record, more than comes at once


class Server:
    """Answers in a thread of its own."""

    def __init__(self, storage: Any, path: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(
            self.loop.create_unix_server(lambda: Loads(storage), path)
        )
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()
        for transport in [*getattr(self.loop, "_transports", {}).values()]:
            transport.abort()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Any]:
    """Twenty objects, of which each was written twice."""
    storage = FileStorage(str(tmp_path / "Data.fs"))
    db = DB(storage)
    with db.transaction() as connection:
        for number in range(20):
            connection.root()[number] = PersistentMapping(number=number, filling="x" * BIG)
    with db.transaction() as connection:
        for each in connection.root().values():
            each["number"] *= 2
    yield storage
    db.close()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "direct")


@pytest.fixture
def server(storage: Any, path: str) -> Iterator[Server]:
    server = Server(storage, path)
    yield server
    server.end()


def ids(storage: Any) -> list[bytes]:
    return [p64(number) for number in range(len(storage))]


@pytest.mark.usefixtures("server")
def test_each_record_as_of_each_moment(storage: Any, path: str) -> None:
    direct = Direct(path)
    moments = [each.tid for each in storage.iterator()]
    for moment in (*moments, maxtid):
        for id in ids(storage):
            assert direct.load(id, moment) == storage.loadBefore(id, moment)
    direct.close()


@pytest.mark.usefixtures("server")
def test_what_is_not_there_is_left_to_zeo(path: str) -> None:
    direct = Direct(path)
    assert direct.load(p64(1 << 40), maxtid) is None
    direct.close()


@pytest.mark.usefixtures("server")
def test_many_are_fetched_at_once_and_asked_for_no_more(storage: Any, path: str) -> None:
    direct = Direct(path)
    wanted = ids(storage) * (AT_ONCE // len(storage) + 1)
    direct.fetch(wanted, maxtid)
    direct.path = "/nowhere"
    direct.close()
    for id in ids(storage):
        assert direct.load(id, maxtid) == storage.loadBefore(id, maxtid)
        assert direct.load(id, maxtid) is None


@pytest.mark.usefixtures("server")
def test_what_was_fetched_is_of_its_moment_and_thread(storage: Any, path: str) -> None:
    direct = Direct(path)
    first = [each.tid for each in storage.iterator()][-1]
    direct.fetch(ids(storage), first)
    id = ids(storage)[1]
    assert direct.load(id, maxtid) == storage.loadBefore(id, maxtid) != direct.load(id, first)
    direct.close()


@pytest.mark.usefixtures("server")
def test_many_threads_at_once(storage: Any, path: str) -> None:
    direct = Direct(path)
    wrong: list[bytes] = []

    def load() -> None:
        for id in ids(storage) * 3:
            if direct.load(id, maxtid) != storage.loadBefore(id, maxtid):
                wrong.append(id)

    threads = [threading.Thread(target=load) for _ in range(KEPT + 4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong
    assert len(direct._free) <= KEPT
    direct.close()


def test_a_server_that_goes_and_comes_again(storage: Any, path: str) -> None:
    direct, id = Direct(path), ids(storage)[1]
    assert direct.load(id, maxtid) is None
    for _ in range(2):
        server = Server(storage, path)
        assert direct.load(id, maxtid) or direct.load(id, maxtid)  # the first meets the former one
        server.end()
        assert direct.load(id, maxtid) is None
    direct.close()


def test_a_tree_is_read_by_it(tmp_path: Path) -> None:
    """By the real server: what one client commits, another reads, and sees no more of it."""
    server = serve(tmp_path)
    writer, reader = opened(tmp_path), opened(tmp_path)
    try:
        with writer.transaction() as connection:
            connection.root()["it"] = PersistentMapping(number=1)
        assert reader.storage.direct is not None
        asked = counted(reader.storage)
        manager = transaction.TransactionManager(explicit=True)
        connection = reader.open(manager)
        manager.begin()
        assert connection.root()["it"]["number"] == 1
        with writer.transaction() as other:
            other.root()["it"]["number"] = 2
            other.root()["more"] = 1
        connection.cacheMinimize()
        assert connection.root()["it"]["number"] == 1
        assert "more" not in connection.root()
        manager.abort()
        manager.begin()
        assert connection.root()["it"]["number"] == 2
        connection.close()
        assert asked and None not in asked
    finally:
        writer.close(), reader.close()
        server.kill()
        server.wait()


def counted(storage: Any) -> list[Any]:
    """What direct loads of the storage give from now on."""
    found: list[Any] = []
    load = storage.direct.load
    storage.direct.load = lambda *args: found.append(load(*args)) or found[-1]
    return found


def test_the_socket_is_its_owners(tmp_path: Path) -> None:
    """Once the server has answered, which it does when all its sockets are there."""
    server = serve(tmp_path)
    try:
        opened(tmp_path).close()
        [path] = tmp_path.rglob("zeo-direct.sock")
        assert os.stat(path).st_mode & 0o077 == 0
    finally:
        server.kill()
        server.wait()
