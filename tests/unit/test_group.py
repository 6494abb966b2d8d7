"""Group commit: each change is made once, alone or with others, and each is told its own result."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ZODB.POSException import ConflictError, StorageError

from mserve import database
from mserve.group import MOST, Group
from mserve.taking_turns import MachineLock
from tests.unit.descriptors import free

MANY = 100


@pytest.fixture
def group(db: Any, tmp_path: Path) -> Group:
    return Group(db, MachineLock(tmp_path / "lock"))


def note(name: str) -> Callable[[Any], str]:
    def change(site: Any) -> str:
        site.metadata = {**site.metadata, name: True}
        return name

    return change


def noted(db: Any) -> set[str]:
    return database.run(db, lambda site: set(site.metadata))


def never() -> Any:
    raise AssertionError("it was to be committed with others")


def at_once(group: Group, changes: dict[str, Any], alone: Callable[[], Any] = never) -> list[Any]:
    """What each change came to, all having been asked for at the same moment."""
    results: dict[str, Any] = {}
    start = threading.Barrier(len(changes))

    def ask(name: str, change: Any) -> None:
        start.wait()
        try:
            results[name] = group.run(change, alone)
        except Exception as fault:
            results[name] = fault

    threads = [threading.Thread(target=ask, args=item) for item in changes.items()]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return [results[name] for name in changes]


def test_all_are_committed_in_few_transactions(db: Any, group: Group) -> None:
    names = [f"n{number}" for number in range(MANY)]
    before = len([*db.storage.iterator()])
    with database.TURN:  # nobody gets to commit before all wait
        waiting = threading.Thread(
            target=lambda: names.append(at_once(group, {each: note(each) for each in names}))
        )
        waiting.start()
        while len(group._waiting) < MANY:
            pass
    waiting.join()
    results = names.pop()
    assert results == names
    assert noted(db) >= {*names}
    assert len([*db.storage.iterator()]) - before <= -(-MANY // MOST)


def test_who_is_apart_has_a_transaction_alone(db: Any, group: Group) -> None:
    """So that to undo it undoes no other's."""
    before = len([*db.storage.iterator()])
    results: list[str] = []

    def ask(name: str, apart: bool) -> None:
        results.append(group.run(note(name), never, apart=apart))

    kinds = [("a", False), ("b", False), ("c", True), ("d", True), ("e", False), ("f", False)]
    threads = [threading.Thread(target=ask, args=kind) for kind in kinds]
    with database.TURN:
        for number, each in enumerate(threads, 1):
            each.start()
            while len(group._waiting) < number:
                pass
    for each in threads:
        each.join()
    assert sorted(results) == ["a", "b", "c", "d", "e", "f"]
    assert len([*db.storage.iterator()]) - before == len(["ab", "c", "d", "ef"])


def test_who_fails_is_alone_and_nothing_of_it_is_stored(db: Any, group: Group) -> None:
    def fail(site: Any) -> Any:
        note("wrong")(site)
        raise ValueError("it went wrong")

    def alone() -> Any:
        raise ValueError("alone")

    good = {f"n{number}": note(f"n{number}") for number in range(10)}
    *results, fault = at_once(group, {**good, "wrong": fail}, alone)
    assert results == [*good]
    assert str(fault) == "alone"
    assert noted(db) >= {*good}
    assert "wrong" not in noted(db)


def test_a_group_that_met_another_process_is_made_again(db: Any, group: Group) -> None:
    met = []

    def change(site: Any) -> str:
        if not met:
            met.append(database_run_beside(db))
        return note("ours")(site)

    assert group.run(change, never) == "ours"
    assert noted(db) >= {"ours", "theirs"}


def database_run_beside(db: Any) -> None:
    """A commit while the group's own transaction is open, as another process could have."""
    connection = db.open(manager := database.transaction.TransactionManager(explicit=True))
    manager.begin()
    note("theirs")(database.site_of(connection))
    manager.commit()
    connection.close()


def test_a_group_that_always_meets_others_is_left_to_each(db: Any, group: Group) -> None:
    def conflict(site: Any) -> Any:
        raise ConflictError

    assert group.run(conflict, lambda: "alone") == "alone"


def test_after_an_unknown_fault_each_has_its_own(
    db: Any, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    group.run(note("first"), never)
    connection = group._connection
    manager = connection.transaction_manager

    def broken(*args: Any) -> None:
        raise StorageError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "tpc_vote", broken)
        assert group.run(note("second"), lambda: "alone") == "alone"
    assert group.run(note("third"), never) == "third"
    assert group._connection.transaction_manager is not manager
    assert noted(db) >= {"first", "third"}
    assert "second" not in noted(db)


def test_other_processes_may_go_on_before_tasks_are_pushed(
    db: Any, group: Group, tmp_path: Path
) -> None:
    """Pushing may take as long as Redis wants."""
    seen = []

    def change(site: Any) -> str:
        current = site._p_jar.transaction_manager.get()
        current.addAfterCommitHook(lambda committed: seen.append(free(tmp_path / "lock")))
        assert not free(tmp_path / "lock")
        return note("it")(site)

    assert group.run(change, never) == "it"
    assert seen == [True]
