"""Locks of the tree: which go together, what they cover, what they forbid, and how they end."""

from functools import partial
from itertools import product
from typing import Any

import pytest

from mserve import chores, database, ingest, steps
from mserve.check import Scope, check
from mserve.errors import Conflict, LockConflict, LockTokenMissing, TooLarge
from mserve.ingest import locks
from mserve.ingest.locks import Wish
from mserve.resources import clock
from mserve.resources.lock import EXCLUSIVE, SHARED, covering, key_of
from tests.unit.locking import as_asker, lock_at, node_at, tried
from tests.unit.support import Clock, spool

FILE, FOLDER, SERVICE = "demo/files/in/a.txt", "demo/files/in", "demo/files"
ANNA, BERTA = "key:anna", "key:berta"


@pytest.fixture(autouse=True)
def files(customer: Any) -> None:
    for name in ("in/a.txt", "in/deep/b.txt", "other.txt"):
        assert customer("PUT", f"/demo/files/{name}", body=b"x").status_int == 201


def covered(db: Any, path: str) -> list[str]:
    return database.run(db, lambda site: [each.lock.id for each in covering(node_at(site, path))])


KINDS = [(first, second) for first in (EXCLUSIVE, SHARED) for second in (EXCLUSIVE, SHARED)]
NESTED = [
    (FILE, False, FILE, False),
    (FOLDER, True, FILE, False),
    (FILE, False, FOLDER, True),
    (FOLDER, True, FOLDER, True),
    (SERVICE, True, FILE, False),
    (FILE, False, SERVICE, True),
]
"""What is locked first, and whether deeply, and what then."""


def lock_both(site: Any, first: tuple[str, Wish], second: tuple[str, Wish]) -> None:
    for path, wish in (first, second):
        locks.lock(node_at(site, path), wish)


def test_only_shared_locks_go_together(db: Any) -> None:
    for (one, other), (there, deep, here, below) in product(KINDS, NESTED):
        wished = (there, Wish(one, deep, "", 60)), (here, Wish(other, below, "", 60))
        fault = tried(db, partial(lock_both, first=wished[0], second=wished[1]))
        if one == other == SHARED:
            assert fault is None
        else:
            assert isinstance(fault, LockConflict)
            assert fault.roots == (tuple(there.split("/")),)


def test_a_flat_lock_on_a_folder_leaves_what_is_in_it(db: Any) -> None:
    lock_at(db, FOLDER, ANNA)
    lock_at(db, FILE, BERTA)
    lock_at(db, "demo/files/in/deep", BERTA, deep=True)
    lock_at(db, SERVICE, BERTA)
    assert len(covered(db, FILE)) == 1


def test_a_deep_lock_covers_what_comes_later(db: Any, customer: Any) -> None:
    made = lock_at(db, FOLDER, ANNA, deep=True)
    as_asker(db, ANNA, {made.token}, lambda site: ingest.make_folder(node_at(site, FOLDER), "new"))
    assert covered(db, "demo/files/in/new") == [made.id]
    assert covered(db, "demo/files/other.txt") == []


DOINGS: dict[str, Any] = {
    "change": lambda site: ingest.restore_version(node_at(site, FILE), 1),
    "rename": lambda site: ingest.move(node_at(site, FILE), node_at(site, FOLDER), "b.txt"),
    "move away": lambda site: ingest.move(node_at(site, FILE), node_at(site, SERVICE), "c.txt"),
    "remove": lambda site: ingest.remove(node_at(site, FILE)),
    "remove the folder": lambda site: ingest.remove(node_at(site, FOLDER)),
    "move the folder": lambda site: ingest.move(
        node_at(site, FOLDER), node_at(site, SERVICE), "out"),
    "remove the service": lambda site: ingest.remove(node_at(site, SERVICE), recursive=True),
    "remove all": lambda site: ingest.remove(node_at(site, "demo"), recursive=True),
    "make a folder": lambda site: ingest.make_folder(node_at(site, FOLDER), "new"),
    "copy into": lambda site: ingest.copy(
        node_at(site, "demo/files/other.txt"), node_at(site, FOLDER), "d.txt"),
    "move into": lambda site: ingest.move(
        node_at(site, "demo/files/other.txt"), node_at(site, FOLDER), "d.txt"),
}  # fmt: skip
CHANGES = {"change"}
MEMBERS = {"make a folder", "copy into", "move into"}
LEAVES = DOINGS.keys() - CHANGES - MEMBERS
FORBIDDEN = {
    "the file": (FILE, False, CHANGES | LEAVES),
    "the folder": (FOLDER, False, LEAVES | MEMBERS),
    "the folder and all": (FOLDER, True, DOINGS.keys()),
    "the service and all": (SERVICE, True, DOINGS.keys()),
    "a neighbour": ("demo/files/in/deep/b.txt", False, {
        "remove the folder", "move the folder", "remove the service", "remove all"}),
}  # fmt: skip


@pytest.fixture
def version(customer: Any) -> None:
    customer("PUT", f"/{FILE}", body=b"y")


@pytest.mark.parametrize("locked", FORBIDDEN)
def test_what_a_lock_forbids(db: Any, version: None, stored: Any, locked: str) -> None:
    """It takes both the token and to be who has made it; all else goes."""
    path, deep, forbidden = FORBIDDEN[locked]
    made, before = lock_at(db, path, ANNA, deep=deep), stored()
    for name, doing in DOINGS.items():
        assert tried(db, doing, ANNA, made.token) is None
        for actor, token in ((ANNA, ""), (BERTA, made.token), (ANNA, "urn:uuid:1")):
            fault = tried(db, doing, actor, token)
            if name in forbidden:
                assert isinstance(fault, LockTokenMissing)
                assert fault.roots == (tuple(path.split("/")),)
            else:
                assert fault is None
    assert stored() == before


def test_one_of_several_shared_locks_is_enough(db: Any) -> None:
    lock_at(db, FILE, ANNA, scope=SHARED)
    mine = lock_at(db, FILE, BERTA, scope=SHARED)
    as_asker(db, BERTA, {mine.token}, DOINGS["remove"])


def entries(site: Any) -> int:
    return len([*site.locked.items()])


@pytest.mark.parametrize("name", ["rename", "move the folder", "remove", "remove the folder"])
def test_locks_end_with_a_move_or_removal(db: Any, see: Any, name: str) -> None:
    made = lock_at(db, FILE, ANNA)
    as_asker(db, ANNA, {made.token}, DOINGS[name])
    assert see(entries) == 0
    path = {"rename": "demo/files/in/b.txt", "move the folder": "demo/files/out/a.txt"}.get(name)
    if path:
        assert covered(db, path) == []
        lock_at(db, path, BERTA)


def test_a_copy_is_not_locked(db: Any) -> None:
    lock_at(db, FILE, ANNA)
    as_asker(db, BERTA, set(), lambda site: ingest.copy(
        node_at(site, FOLDER), node_at(site, SERVICE), "out"))  # fmt: skip
    assert covered(db, "demo/files/out/a.txt") == []


def test_what_has_ended_is_ignored_and_swept(
    db: Any, see: Any, monkeypatch: Any, settings: Any
) -> None:
    time = Clock(monkeypatch, "2026-11-27T12:00:00Z")
    lock_at(db, FILE, ANNA, seconds=60)
    kept = lock_at(db, "demo/files/other.txt", ANNA, seconds=600)
    assert see(entries) == 2
    time.pass_by(61)
    as_asker(db, BERTA, set(), DOINGS["rename"])
    as_asker(db, BERTA, set(), lambda site: ingest.move(
        node_at(site, "demo/files/in/b.txt"), node_at(site, FOLDER), "a.txt"))  # fmt: skip
    lock_at(db, FILE, BERTA, seconds=60)
    time.pass_by(61)
    chores.forget_locks(db, settings, None)  # type: ignore[arg-type]  # it asks no queue
    assert see(entries) == 1
    assert covered(db, "demo/files/other.txt") == [kept.id]


def test_a_refreshed_lock_lasts_from_then(db: Any, monkeypatch: Any) -> None:
    time = Clock(monkeypatch, "2026-11-27T12:00:00Z")
    made = lock_at(db, FILE, ANNA, seconds=60)
    time.pass_by(50)

    def refresh(site: Any) -> int:
        return locks.refresh(next(covering(node_at(site, FILE))), 100).expires

    assert database.run(db, refresh) == clock.now() + 100 * clock.SECOND
    time.pass_by(99)
    assert covered(db, FILE) == [made.id]
    time.pass_by(2)
    assert covered(db, FILE) == []


def test_an_ended_lock_forbids_nothing(db: Any, see: Any) -> None:
    lock_at(db, FILE, ANNA)
    other = lock_at(db, "demo/files/other.txt", ANNA)
    database.run(db, lambda site: locks.unlock(next(covering(node_at(site, FILE)))))
    as_asker(db, BERTA, set(), DOINGS["remove"])
    assert see(entries) == 1
    assert covered(db, "demo/files/other.txt") == [other.id]


def test_the_first_content_of_a_reserved_file_is_ingested(db: Any, see: Any, settings: Any) -> None:
    def jobs(site: Any) -> list[str]:
        return [job.name for _, job in node_at(site, f"{SERVICE}/new.txt").page_jobs(9)]

    empty, full = spool(db, b""), spool(db, b"12345")
    see(lambda site: ingest.reserve(node_at(site, SERVICE), "new.txt", empty) and None)
    assert see(jobs) == []
    see(lambda site: ingest.put(node_at(site, SERVICE), "new.txt", full) and None)
    assert see(jobs) == ["ingest"]
    assert see(lambda site: node_at(site, f"{SERVICE}/new.txt").find_version(1)) is None


def test_the_check_finds_what_the_index_lacks(db: Any, see: Any) -> None:
    made = lock_at(db, FILE, ANNA)
    other = "demo/files/other.txt"

    def spoil(site: Any) -> None:
        site.locked.discard(key_of(node_at(site, FILE)))
        site.locked[key_of(node_at(site, other))] = node_at(site, other)

    assert [*check(db, Scope())] == []
    see(spoil)
    assert len([*check(db, Scope(repair=True))]) == 2
    assert [*check(db, Scope())] == []
    fault = tried(db, DOINGS["remove the folder"], BERTA, made.token)
    assert isinstance(fault, LockTokenMissing)


def test_a_tree_of_a_former_version_gets_one_entry_for_each(db: Any, see: Any) -> None:
    made = lock_at(db, FILE, ANNA)

    def as_before(site: Any) -> None:
        node = node_at(site, FILE)
        for key, _ in [*site.locked.items()]:
            site.locked.discard(key)
        for above in node.above():
            if above.type != "site":
                site.locked[f"{above.id}-{node.id}"] = node

    see(as_before)
    assert see(entries) > 1
    database.run(db, steps.locked)
    assert see(entries) == 1
    assert [*check(db, Scope())] == []
    fault = tried(db, DOINGS["remove the folder"], BERTA, made.token)
    assert isinstance(fault, LockTokenMissing)


def test_what_cannot_be_locked(db: Any) -> None:
    with pytest.raises(Conflict, match="container"):
        lock_at(db, "demo", ANNA)
    with pytest.raises(Conflict, match="site"):
        lock_at(db, "", ANNA)
    wish = Wish(SHARED, False, "x" * (locks.LONGEST + 1), 60)
    with pytest.raises(TooLarge):
        as_asker(db, ANNA, set(), lambda site: locks.lock(node_at(site, FILE), wish))
    for _ in range(locks.MOST):
        lock_at(db, FILE, ANNA, scope=SHARED)
    with pytest.raises(Conflict, match="100"):
        lock_at(db, FILE, ANNA, scope=SHARED)
