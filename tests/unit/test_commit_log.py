"""The storage server keeps a transaction's steps in memory, and those beyond a limit in a file."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from persistent.mapping import PersistentMapping
from ZEO.StorageServer import CommitLog as FileLog
from ZEO.StorageServer import StorageStats
from ZODB.POSException import ConflictError, ReadConflictError

from mserve import database
from mserve.cli import commit_log
from mserve.cli.commit_log import CommitLog
from mserve.cli.storage import Session
from tests.unit.support import writers
from tests.unit.test_newest import opened, server

__all__ = ["server"]

OID, SERIAL, DATA = b"o" * 8, b"s" * 8, b"d" * 100


def noted(log: Any) -> Any:
    """All kinds of steps, one after the other."""
    for number in range(5):
        log.store(OID, SERIAL, DATA * number)
        log.checkread(OID, SERIAL)
    log.restore(OID, SERIAL, DATA, None)
    log.restore(OID, SERIAL, None, SERIAL)
    log.delete(OID, SERIAL)
    log.undo(SERIAL)
    return log


@pytest.mark.parametrize("most", [0, 1, 150, commit_log.MOST])
def test_it_gives_what_zeos_own_log_does(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit_log, "MOST", most)
    ours, theirs = noted(CommitLog()), noted(FileLog())
    assert [*ours] == [*theirs]
    assert ours.stores == theirs.stores and ours.size() > 1000
    ours.close(), theirs.close()


def test_what_is_in_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit_log, "MOST", 1000)
    log = CommitLog()
    for _ in range(1000):
        log.store(OID, SERIAL, DATA)
    assert len(log._steps) < 10 and len([*log]) == 1000
    log.close()


def test_a_session_uses_it_and_begins_once() -> None:
    session = Session(SimpleNamespace(client_conflict_resolution=False))
    session.stats, session.log = StorageStats(), lambda *_: None
    session.tpc_begin("1", b"", b"", {})
    log = session.txnlog
    assert isinstance(log, CommitLog)
    session.tpc_begin("1", b"", b"", {})
    assert session.txnlog is log


def test_a_transaction_of_many_and_large_objects_is_stored(tmp_path: Path, server: Any) -> None:
    filling = "x" * (commit_log.MOST // 10)

    def act(site: Any) -> None:
        site.test = PersistentMapping()
        for number in range(30):
            site.test[number] = PersistentMapping(number=number, filling=filling)

    db = opened(tmp_path)
    database.run(db, act)
    db.close()
    db = opened(tmp_path)
    found = database.run(db, lambda site: [each["number"] for each in site.test.values()])
    assert found == [*range(30)]
    db.close()


def test_conflicts_are_told_of_what_was_written_and_of_what_was_read(
    tmp_path: Path, server: Any
) -> None:
    db = opened(tmp_path)

    def set_test(site: Any) -> None:
        site.test = PersistentMapping()

    database.run(db, set_test)
    with writers(db, 2) as (first, second):
        first.site.test["a"] = second.site.test["a"] = 1
        first.commit()
        with pytest.raises(ConflictError):
            second.commit()
    with writers(db, 2) as (first, second):
        first.site.test["b"] = second.site.schema = 2
        second.connection.readCurrent(second.site.test)
        first.commit()
        with pytest.raises(ReadConflictError):
            second.commit()
    db.close()
