"""Content: bytes that never change, and what is found out about them by several at once."""

import gc
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
import transaction

from mserve import database, ingest
from mserve.resources.content import Rendition
from mserve.resources.spool import PREFIX, Spool
from tests.unit.support import spool


@pytest.fixture
def file(db: Any) -> Any:
    body = spool(db, b"the bytes")
    database.run(db, lambda site: ingest.create(site["demo"]["files"], "a", body))
    body.discard()
    return lambda site: site["demo"]["files"]["a"].content


def picture(db: Any, body: bytes) -> Rendition:
    made = spool(db, body)
    try:
        return Rendition(made.content(), "image/jpeg", 1, 1)
    finally:
        made.discard()


def at_once(db: Any, *actions: Any) -> None:
    """Each action(site) in a connection of its own; all begin before any commits."""
    managers = [transaction.TransactionManager(explicit=True) for _ in actions]
    connections = [db.open(manager) for manager in managers]
    for manager in managers:
        manager.begin()
    try:
        for action, connection in zip(actions, connections, strict=True):
            action(database.site_of(connection))
        for manager in managers:
            manager.commit()
    finally:
        for manager, connection in zip(managers, connections, strict=True):
            manager.abort() if manager._txn else None
            connection.close()


def test_two_tasks_at_once_add_what_each_found(db: Any, file: Any) -> None:
    at_once(
        db,
        lambda site: file(site).learn({"md5": "abc"}),
        lambda site: file(site).learn({"mimetype": "image/png"}),
        lambda site: file(site).add_rendition("thumbnail", picture(db, b"small")),
        lambda site: file(site).add_rendition("poster", picture(db, b"large")),
    )

    def look(site: Any) -> None:
        content = file(site)
        assert (content.md5, content.mimetype, content.size) == ("abc", "image/png", 9)
        assert {*content.renditions} == {"thumbnail", "poster"}
        with content.renditions["thumbnail"].content.open() as opened:
            assert opened.read() == b"small"
        with content.renditions["poster"].content.open() as opened:
            assert opened.read() == b"large"

    database.run(db, look)


def test_what_was_made_anew_is_not_undone_by_another_task(db: Any, file: Any) -> None:
    database.run(db, lambda s: file(s).add_rendition("thumbnail", picture(db, b"first")))
    at_once(
        db,
        lambda site: file(site).add_rendition("thumbnail", picture(db, b"second")),
        lambda site: file(site).add_rendition("poster", picture(db, b"poster")),
    )
    with database.run(db, lambda s: file(s).renditions["thumbnail"].content.open()) as opened:
        assert opened.read() == b"second"


def test_two_that_make_the_same_anew_at_once_are_no_conflict(db: Any, file: Any) -> None:
    """As when two rounds meet a file."""
    database.run(db, lambda s: file(s).add_rendition("thumbnail", picture(db, b"first")))
    at_once(
        db,
        lambda site: file(site).add_rendition("thumbnail", picture(db, b"second")),
        lambda site: file(site).add_rendition("thumbnail", picture(db, b"third")),
    )
    with database.run(db, lambda s: file(s).renditions["thumbnail"].content.open()) as opened:
        assert opened.read() == b"third"


def test_a_fact_that_is_learnt_is_not_forgotten_by_another_task(db: Any, file: Any) -> None:
    database.run(db, lambda site: file(site).learn({"mimetype": "a/b"}))
    at_once(
        db,
        lambda site: file(site).learn({"mimetype": "c/d"}),
        lambda site: file(site).learn({"md5": "x"}),
    )
    assert database.run(db, lambda site: (file(site).mimetype, file(site).md5)) == ("c/d", "x")


def test_only_facts_are_learnt(db: Any, file: Any) -> None:
    database.run(db, lambda site: file(site).learn({"size": 5, "sha256": "x", "md5": "y"}))
    assert database.run(db, lambda s: (file(s).size, len(file(s).sha256), file(s).md5)) == (
        9,
        64,
        "y",
    )


def test_bytes_are_renamed_never_copied(
    db: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also where the system's folder for temporary files is on another file system."""
    places = [path for path in map(Path, ("/dev/shm", "/var/tmp")) if path.is_dir()]
    others = [path for path in places if path.stat().st_dev != tmp_path.stat().st_dev]
    if not others:
        pytest.skip("there is no second file system to try this with")
    monkeypatch.setattr(tempfile, "tempdir", str(others[0]))
    body = spool(db, b"bytes" * 1000)
    inode = os.stat(body.path).st_ino
    database.run(db, lambda site: ingest.create(site["demo"]["files"], "b", body))
    body.discard()
    path = database.run(db, lambda site: site["demo"]["files"]["b"].content.path)
    assert os.stat(path).st_ino == inode


def temporary(db: Any) -> list[str]:
    return [n for n in os.listdir(db.storage.temporaryDirectory()) if not n.startswith(".")]


def test_a_spool_leaves_nothing_behind(db: Any) -> None:
    body = spool(db, b"bytes")
    assert [name.startswith(PREFIX) for name in temporary(db)] == [True]
    body.discard()
    body.discard()
    assert temporary(db) == []


def test_a_spool_can_be_taken_again_after_an_aborted_transaction(db: Any) -> None:
    body = spool(db, b"bytes")
    attempts = []

    def act(site: Any) -> None:
        ingest.create(site["demo"]["files"], "b", body)
        attempts.append(1)
        if len(attempts) < 3:
            raise transaction.interfaces.TransientError

    database.run(db, act)
    body.discard()
    with database.run(db, lambda site: site["demo"]["files"]["b"].content.open()) as opened:
        assert opened.read() == b"bytes"
    gc.collect()  # what an aborted attempt left may hang together
    assert temporary(db) == []


def test_a_transaction_that_fails_leaves_no_bytes(db: Any) -> None:
    body = spool(db, b"bytes")

    def act(site: Any) -> None:
        ingest.create(site["demo"]["files"], "b", body)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.run(db, act)
    body.clear()
    assert temporary(db) == []


def test_a_spool_of_a_file_shares_its_bytes(db: Any, tmp_path: Path) -> None:
    path = Path(db.storage.temporaryDirectory()) / "output"
    path.write_bytes(b"made by a task")
    body = Spool.of_file(str(path))
    assert body.size == 14
    assert os.stat(body.path).st_ino == path.stat().st_ino
    body.discard()
    assert path.read_bytes() == b"made by a task"
    path.unlink()


def test_content_can_be_read_after_its_connection_is_closed(db: Any, file: Any) -> None:
    opened = database.run(db, lambda site: file(site).open())
    with opened:
        assert opened.read() == b"the bytes"


def test_bytes_are_found_without_the_record_of_their_blob(db: Any, file: Any) -> None:
    def look(site: Any) -> None:
        content = file(site)
        assert content.path
        assert content.blob._p_changed is None
        assert content.path == content.blob.committed()

    db.cacheMinimize()
    database.run(db, look)


def test_where_there_are_others_beside_them_the_record_tells(db: Any, file: Any) -> None:
    """As after a storage server that was killed has given an id again."""

    def look(site: Any) -> None:
        content = file(site)
        path = Path(content.path)
        stray = path.with_name(f"0x{0:016x}.blob")
        stray.write_bytes(b"stray")
        del content._v_path
        assert content.path == str(path)
        assert content.blob._p_changed is not None

    db.cacheMinimize()
    database.run(db, look)
