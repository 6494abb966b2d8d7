"""Short transactions that are tried again, and never half done."""

from threading import Thread
from typing import Any

import pytest
from transaction.interfaces import TransientError
from ZODB.POSException import ConflictError

from mserve import database
from mserve.settings import Settings


def test_what_is_done_is_committed_and_its_result_is_returned(db: Any) -> None:
    def act(site: Any) -> str:
        site.metadata = {"a": 1}
        return "done"

    assert database.run(db, act) == "done"
    assert database.run(db, lambda site: site.metadata) == {"a": 1}


def test_a_conflict_is_tried_again(db: Any) -> None:
    tries = []

    def act(site: Any) -> int:
        tries.append(1)
        site.metadata = {"tries": len(tries)}
        if len(tries) < 4:
            raise ConflictError
        return len(tries)

    assert database.run(db, act) == 4
    assert database.run(db, lambda site: site.metadata) == {"tries": 4}


def test_the_last_conflict_is_told(db: Any) -> None:
    tries = []

    def act(site: Any) -> None:
        tries.append(1)
        raise ConflictError

    with pytest.raises(TransientError):
        database.run(db, act, attempts=3)
    assert len(tries) == 3


def test_a_fault_is_not_tried_again_and_leaves_nothing(db: Any) -> None:
    tries = []

    def act(site: Any) -> None:
        tries.append(1)
        site.metadata = {"half": "done"}
        raise KeyError("fault")

    with pytest.raises(KeyError):
        database.run(db, act)
    assert len(tries) == 1
    assert database.run(db, lambda site: site.metadata) == {}


def test_connections_are_given_back(db: Any) -> None:
    def act(site: Any) -> None:
        raise KeyError

    for _ in range(20):
        with pytest.raises(KeyError):
            database.run(db, act)
    assert all(each["opened"] is None for each in db.connectionDebugInfo())


def test_threads_count_without_a_loss(db: Any) -> None:
    def count() -> None:
        for _ in range(10):
            database.run(db, act)

    def act(site: Any) -> None:
        site.metadata = {"n": site.metadata.get("n", 0) + 1}

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.run(db, lambda site: site.metadata) == {"n": 80}


def test_the_database_is_the_one_that_the_settings_name(settings: Settings) -> None:
    db = database.open_database(settings)
    try:
        assert db.storage.getName() == str(settings.data / "Data.fs")
        assert db.storage.temporaryDirectory().startswith(str(settings.data / "blobs"))
    finally:
        db.close()
