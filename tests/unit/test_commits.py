"""Transactions are committed by the storage server's own socket for that, as ZEO would do it."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import transaction
from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from persistent.mapping import PersistentMapping
from ZEO.Exceptions import ClientDisconnected, ServerException
from ZODB.blob import Blob
from ZODB.POSException import ConflictError
from ZODB.utils import maxtid, p64

from mserve import recent
from mserve.commits import Commits
from mserve.committing import MOST
from mserve.recent import Recent
from tests.unit.test_newest import opened, serve

LIMIT = 20  # seconds


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    server = serve(tmp_path)
    yield server
    server.kill()
    server.wait()


@pytest.fixture
def pair(tmp_path: Path, server: Any) -> Iterator[tuple[Any, Any]]:
    """The database, opened twice."""
    both = opened(tmp_path), opened(tmp_path)
    with both[0].transaction() as connection:
        root = connection.root()
        root["length"], root["tree"] = Length(), OOBTree()
        root["plain"] = PersistentMapping(n=0)
    yield both
    for each in both:
        each.close()


def joined(db: Any) -> Any:
    connection = db.open(transaction.TransactionManager())
    connection.transaction_manager.begin()  # opening alone asks for no news
    return connection


def reconnect(db: Any) -> None:
    give_up = time.monotonic() + LIMIT
    while True:
        try:
            db.storage.ping()
            return
        except ClientDisconnected:
            assert time.monotonic() < give_up
            time.sleep(0.01)


def test_a_commit_needs_no_call_of_zeo(pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    db, other = pair
    connection = joined(db)
    connection.root()["plain"]["n"] = 1
    asked: list[str] = []
    call = db.storage._server.call
    monkeypatch.setattr(
        db.storage._server, "call", lambda name, *args, **o: asked.append(name) or call(name, *args)
    )
    connection.transaction_manager.commit()
    assert not asked
    assert joined(other).root()["plain"]["n"] == 1
    connection.root()["plain"]["n"] += 1  # what it has written is as it was committed
    connection.transaction_manager.commit()
    assert connection.root()["plain"]._p_serial == db.storage.lastTransaction()


def test_what_the_server_resolved_is_read_anew(pair: Any) -> None:
    ours, theirs = map(joined, pair)
    lengths = [each.root()["length"] for each in (ours, theirs)]
    for length in lengths:
        length.change(1)
    theirs.transaction_manager.commit()
    ours.transaction_manager.commit()
    assert lengths[0]() == 2
    theirs.transaction_manager.begin()
    assert lengths[1]() == 2


def test_a_conflict_is_the_one_that_zeo_tells(pair: Any) -> None:
    ours, theirs = map(joined, pair)
    for each in (ours, theirs):
        each.root()["plain"]["n"] += 1
    theirs.transaction_manager.commit()
    with pytest.raises(ConflictError) as told:
        ours.transaction_manager.commit()
    assert told.value.oid == ours.root()["plain"]._p_oid
    ours.transaction_manager.abort()
    ours.root()["plain"]["n"] += 1
    ours.transaction_manager.commit()
    assert ours.root()["plain"]["n"] == 2


def test_commits_of_two_at_once_are_all_there(pair: Any) -> None:
    times = 30

    def count(db: Any) -> None:
        connection = joined(db)
        for number in range(times):
            connection.transaction_manager.begin()
            connection.root()["length"].change(1)
            connection.root()["tree"][f"{threading.get_ident()}-{number}"] = None
            try:
                connection.transaction_manager.commit()
            except ConflictError:
                connection.transaction_manager.abort()
                continue
            done.append(1)
        connection.close()

    done: list[int] = []
    threads = [threading.Thread(target=count, args=(db,)) for db in pair for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(LIMIT)
    assert not any(each.is_alive() for each in threads)
    for db in pair:
        root = joined(db).root()
        assert root["length"]() == len(root["tree"]) == len(done) > 0


def test_one_of_many_objects_goes_by_zeo(pair: Any) -> None:
    db, other = pair
    connection = joined(db)
    connection.root()["plain"].update({n: PersistentMapping(n=n) for n in range(MOST + 5)})
    connection.transaction_manager.commit()
    found = joined(other).root()["plain"]
    assert all(found[n]["n"] == n for n in range(MOST + 5))


def test_what_went_by_zeo_is_not_taken_for_what_was_before(pair: Any) -> None:
    db, _ = pair
    ours, beside = joined(db), joined(db)
    for n in (1, 2):  # by the socket, and then by ZEO with many others
        ours.root()["plain"]["n"] = n
        ours.root()["many"] = [PersistentMapping() for _ in range(MOST * (n - 1))]
        ours.transaction_manager.commit()
    beside.transaction_manager.begin()
    assert beside.root()["plain"]["n"] == 2
    beside.root()["plain"]["n"] = 3
    beside.transaction_manager.commit()
    ours.transaction_manager.begin()
    assert ours.root()["plain"]["n"] == 3


def test_a_blob_goes_along(pair: Any) -> None:
    db, other = pair
    connection = joined(db)
    connection.root()["blob"] = Blob(b"bytes")
    connection.transaction_manager.commit()
    with joined(other).root()["blob"].open() as file:
        assert file.read() == b"bytes"


def test_without_the_socket_zeo_does_it(pair: Any) -> None:
    db, other = pair
    db.storage.commits.close()
    db.storage.commits = None
    connection = joined(db)
    connection.root()["plain"]["n"] = 7
    connection.transaction_manager.commit()
    assert joined(other).root()["plain"]["n"] == 7


@pytest.mark.parametrize("moment", ["vote", "finish"])
def test_a_server_that_is_killed_meanwhile_is_told(
    moment: str, tmp_path: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for it is not left to wait; once there is another one, all goes on."""
    db = opened(tmp_path)
    db.storage._server.timeout = 1  # ZEO waits so long for another one, to abort
    connection = joined(db)
    connection.root()["n"] = 1
    act: Callable[..., Any] = getattr(Commits, moment)

    def killed(self: Commits, *args: Any) -> Any:
        server.kill()
        server.wait()
        return act(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Commits, moment, killed)
        with pytest.raises(ClientDisconnected):
            connection.transaction_manager.commit()
    connection.transaction_manager.abort()
    again = serve(tmp_path)
    try:
        db.storage._server.timeout = LIMIT
        reconnect(db)
        connection.transaction_manager.begin()
        connection.root()["n"] = 2
        connection.transaction_manager.commit()
        assert joined(db).root()["n"] == 2
    finally:
        db.close()
        again.kill()
        again.wait()


def test_nothing_from_before_is_believed_of_another_server(tmp_path: Path, pair: Any) -> None:
    """What others have changed since may be in no cache of ZEO's, but in a connection's memory."""
    db, other = pair
    connection = joined(db)
    assert connection.root()["plain"]["n"] == 0
    connection.transaction_manager.abort()
    transport = db.storage._server.client.protocol.sm_protocol.transport
    held = threading.Event()
    loop = db.storage._server.loop
    loop.call_soon_threadsafe(lambda: (transport.abort(), held.wait(LIMIT)))
    with other.transaction() as theirs:
        theirs.root()["plain"]["n"] = 5
    held.set()
    reconnect(db)
    connection.transaction_manager.begin()
    assert connection.root()["plain"]["n"] == 5


def test_who_names_no_session_or_no_step_is_refused(pair: Any) -> None:
    known = pair[0].storage.commits
    stranger, guest = Commits(known.path, "unknown"), Commits(known.path, known.session)
    try:
        with pytest.raises(KeyError):
            stranger.vote([])
        with pytest.raises(ServerException):
            guest.vote([("pack", (0,))])
    finally:
        stranger.close()
        guest.close()


def test_who_finishes_what_is_not_voted_on_is_cut_off(pair: Any) -> None:
    db, _ = pair
    connection = joined(db)
    generation = db.storage._connection_generation
    guest = Commits(db.storage.commits.path, db.storage.commits.session)
    guest.finish(1)
    give_up = time.monotonic() + LIMIT
    while db.storage._connection_generation == generation:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    guest.close()
    reconnect(db)
    connection.root()["plain"]["n"] = 3
    connection.transaction_manager.commit()
    assert connection.root()["plain"]["n"] == 3


def test_what_was_committed_is_at_hand_until_it_is_changed_again(pair: Any) -> None:
    db, other = pair
    ours, beside, theirs = joined(db), joined(db), joined(other)
    assert beside.root()["plain"]["n"] == 0
    ours.root()["plain"]["n"] = 1
    ours.transaction_manager.commit()
    oid = ours.root()["plain"]._p_oid
    assert db.storage.recent.get(oid, maxtid)
    assert not db.storage.recent.get(oid, db.storage.lastTransaction())
    assert beside.root()["plain"]["n"] == 0, "it sees the tree as it was when it began"
    beside.transaction_manager.begin()
    assert beside.root()["plain"]["n"] == 1
    theirs.transaction_manager.begin()
    theirs.root()["plain"]["n"] = 2
    theirs.transaction_manager.commit()
    beside.transaction_manager.begin()
    assert not db.storage.recent.get(oid, maxtid)
    assert beside.root()["plain"]["n"] == 2


def test_what_the_server_has_merged_is_not_at_hand(pair: Any) -> None:
    db, other = pair
    ours, theirs, beside = joined(db), joined(other), joined(db)
    for each in (theirs, ours):
        each.root()["length"].change(1)
        each.transaction_manager.commit()
    assert not db.storage.recent.get(ours.root()["length"]._p_oid, maxtid)
    beside.transaction_manager.begin()
    assert beside.root()["length"]() == 2


def test_of_recent_records_the_oldest_and_the_largest_are_not_kept() -> None:
    known = Recent()
    for number in range(recent.MOST + 1):
        known.put(p64(number), b"x", p64(1))
    assert not known.get(p64(0), p64(2))
    assert known.get(p64(1), p64(2)) == (b"x", p64(1), None)
    known.put(p64(0), b"x" * (recent.LARGEST + 1), p64(1))
    assert not known.get(p64(0), p64(2))
    known.drop(p64(2))
    assert not known.get(p64(2), p64(2))
