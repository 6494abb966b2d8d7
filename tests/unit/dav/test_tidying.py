"""Programs' own files go by themselves, where a service wants that, and nothing else does."""

from typing import Any

import pytest

from mserve import chores, database, ingest, steps
from mserve.check import Scope, check
from tests.unit.dav.conftest import DRIVE
from tests.unit.dav.locking import lock
from tests.unit.locking import node_at
from tests.unit.support import Clock

SERVICE = "demo/files"
DAY = 86_400
OWN = ("._cat.jpg", ".DS_Store", "~$letter.docx", "in/.~lock.letter.odt#")


@pytest.fixture
def present(monkeypatch: Any, db: Any) -> Clock:
    return Clock(monkeypatch, "2026-11-27T12:00:00Z")


@pytest.fixture
def later(present: Clock, db: Any, settings: Any, queues: Any) -> Any:
    """`later(days)`: these have passed, and the scheduler has tidied up."""

    def pass_by(days: float) -> None:
        present.pass_by(days * DAY)
        chores.tidy_up(db, settings, queues)

    return pass_by


@pytest.fixture
def days(db: Any) -> Any:
    """`days(number)`: the service says so."""

    def say(number: int | None, path: str = SERVICE) -> None:
        database.run(
            db, lambda site: node_at(site, path).set_properties({"temporary_days": number})
        )

    return say


@pytest.fixture
def names(see: Any) -> Any:
    """`names()`: those of all files that are there."""

    def look(site: Any) -> set[str]:
        files = (each for each in node_at(site, SERVICE).walk() if each.type == "mfile")
        return {str(each.__name__) for each in files}

    return lambda: see(look)


@pytest.fixture
def tree(dav: Any, present: Clock) -> Any:
    dav("MKCOL", f"{DRIVE}/in")
    for name in (*OWN, "letter.docx", "in/cat.jpg"):
        assert dav("PUT", f"{DRIVE}/{name}", body=b"x").status_int == 201
    return dav


PEOPLES = {"letter.docx", "cat.jpg"}


def test_they_stay_unless_it_is_wanted(tree: Any, later: Any, names: Any) -> None:
    before = names()
    later(10_000)
    assert names() == before


def test_they_go_into_the_trash_in_time(
    tree: Any, later: Any, names: Any, days: Any, see: Any, admin: Any
) -> None:
    days(7)
    later(6.9)
    assert len(names()) == 6
    tree("PUT", f"{DRIVE}/.DS_Store", body=b"new")
    later(0.2)
    assert names() == {*PEOPLES, ".DS_Store"}, "its content is newer"
    later(7)
    assert names() == PEOPLES
    trash = see(lambda site: [each.origin[-1] for each in node_at(site, SERVICE).all_trash()])
    assert {*trash} == {each.rpartition("/")[2] for each in OWN}
    admin.app.authorization = None
    events = admin("GET", "/demo/files/-/audit?deep=true&action=remove&actor=system").json["items"]
    assert len(events) == 4


def test_names_count_as_they_are_by_now(tree: Any, later: Any, names: Any, days: Any) -> None:
    days(7)
    tree("MOVE", f"{DRIVE}/.DS_Store", headers={"Destination": f"{DRIVE}/mine"})
    tree("MOVE", f"{DRIVE}/in", headers={"Destination": f"{DRIVE}/out"})
    later(8)
    assert names() == {*PEOPLES, "mine"}


def test_a_document_stays(tree: Any, later: Any, names: Any, days: Any) -> None:
    """Office has left it under a name of its own, when it was killed."""
    days(1)
    tree("MOVE", f"{DRIVE}/letter.docx", headers={"Destination": f"{DRIVE}/A9A97EC7.tmp"})
    later(2)
    assert names() == {"cat.jpg", "A9A97EC7.tmp"}


def test_what_is_locked_is_in_use(tree: Any, later: Any, names: Any, days: Any) -> None:
    days(1)
    later(0.99)
    lock(tree, f"{DRIVE}/~$letter.docx", Timeout="Second-3600")
    later(0.02)
    assert names() == {*PEOPLES, "~$letter.docx"}
    later(0.1)
    assert names() == PEOPLES


def test_they_are_known_wherever_they_go(
    tree: Any, later: Any, names: Any, days: Any, db: Any, admin: Any, see: Any
) -> None:
    """Into the trash and out again, copied, and with a folder to another service."""
    tree("DELETE", f"{DRIVE}/in")
    tree.app.authorization = None
    admin.json("POST", "/demo/", {"name": "other"})
    days(2, "demo/other")

    def move(site: Any) -> None:
        service, other = node_at(site, SERVICE), node_at(site, "demo/other")
        [trashed] = service.all_trash()
        folder = ingest.restore(trashed, service, "in")
        ingest.copy(folder, other, "copied")
        ingest.move(folder, other, "moved")

    database.run(db, move)
    assert [*check(db, Scope())] == []
    entries = {each: see(lambda site, each=each: len([*node_at(site, f"demo/{each}").leftovers]))
               for each in ("files", "other")}  # fmt: skip
    assert entries == {"files": 3, "other": 2}
    later(3)
    left = see(lambda site: [each.__name__ for each in node_at(site, "demo/other").walk()])
    assert sorted(left) == ["cat.jpg", "cat.jpg", "copied", "moved"]

    def purge(site: Any) -> None:
        for trashed in [*node_at(site, "demo/other").all_trash()]:
            ingest.purge(trashed)

    database.run(db, purge)
    assert see(lambda site: [*node_at(site, "demo/other").leftovers]) == []


def test_many_go_in_pages(
    tree: Any, later: Any, names: Any, days: Any, monkeypatch: Any, db: Any
) -> None:
    monkeypatch.setattr(chores, "BATCH", 1)
    days(1)
    later(2)
    assert names() == PEOPLES


def test_the_check_finds_what_the_index_lacks(
    tree: Any, later: Any, names: Any, days: Any, db: Any
) -> None:
    days(1)

    def spoil(site: Any) -> None:
        index = node_at(site, SERVICE).leftovers
        for key in [*index]:
            index.discard(key)

    database.run(db, spoil)
    later(2)
    assert len(names()) == 6
    assert len([*check(db, Scope(repair=True))]) == 4
    later(0)
    assert names() == PEOPLES


def test_a_tree_of_a_former_version_gets_the_index(tree: Any, db: Any, see: Any) -> None:
    known = see(lambda site: [*node_at(site, SERVICE).leftovers])
    database.run(db, steps.leftovers)
    assert sorted(see(lambda site: [*node_at(site, SERVICE).leftovers])) == sorted(known)
    assert len(known) == 4
