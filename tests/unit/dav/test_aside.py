"""Office programs save by three moves: the document stays one, whatever becomes of the save."""

from typing import Any

import pytest

from mserve import ingest
from mserve.check import Scope, check
from mserve.resources.names import is_temporary
from tests.unit.dav.conftest import DRIVE
from tests.unit.locking import lock_at, node_at

DOCUMENT, NEW, OLD = "doc.docx", "34429E5E.tmp", "A9A97EC7.tmp"
FILES = "demo/files"


@pytest.fixture
def ran(see: Any) -> Any:
    """`ran(path)`: the workflows that ran on the file."""

    def look(site: Any, path: str) -> list[str]:
        return [job.name for _, job in node_at(site, f"{FILES}/{path}").page_jobs(9)]

    return lambda path=DOCUMENT: see(lambda site: look(site, path))


@pytest.fixture
def move(dav: Any) -> Any:
    """`move(from, to)`: its status."""

    def moved(name: str, to: str) -> int:
        headers = {"Destination": f"{DRIVE}/{to}", "Overwrite": "F"}
        return int(dav("MOVE", f"{DRIVE}/{name}", headers=headers).status_int)

    return moved


@pytest.fixture
def id(dav: Any, customer: Any, see: Any, move: Any) -> str:
    """The document's; what is new is there beside it, and it is set aside."""
    dav("PUT", f"{DRIVE}/{DOCUMENT}", body=b"first")
    dav("PUT", f"{DRIVE}/{NEW}", body=b"second, longer")
    found = see(lambda site: node_at(site, f"{FILES}/{DOCUMENT}").id)
    assert move(DOCUMENT, OLD) == 201
    return str(found)


def at(site: Any, name: str) -> tuple[str, bytes]:
    node = node_at(site, f"{FILES}/{name}")
    with node.content.open() as file:
        return node.id, file.read()


def entries(site: Any) -> int:
    return len([*site.aside])


def test_names_that_office_programs_make_are_told_from_peoples() -> None:
    assert all(map(is_temporary, (NEW, OLD, "~WRD0003.tmp", "~WRL0004.tmp", "ppt1A2F.tmp")))
    assert not any(map(is_temporary, ("20261127", "notes.tmp", "34429e5e.tmp", "ABCDEF12.tmp.x")))


def test_the_contents_change_places(id: str, see: Any, move: Any, ran: Any, db: Any) -> None:
    assert see(entries) == 1
    assert move(NEW, DOCUMENT) == 201
    assert see(lambda site: at(site, DOCUMENT)) == (id, b"second, longer")
    assert see(lambda site: at(site, OLD))[1] == b"first"
    assert sorted(ran()) == ["ingest", "update"]
    assert (ran(OLD), see(entries)) == ([], 0)
    assert [*check(db, Scope())] == []


def test_a_save_that_is_given_up_changes_nothing(id: str, see: Any, move: Any, ran: Any) -> None:
    assert move(OLD, DOCUMENT) == 201
    assert see(lambda site: at(site, DOCUMENT)) == (id, b"first")
    assert (ran(), see(entries)) == (["ingest"], 0)


def test_another_name_is_the_document_s_by_then(id: str, see: Any, move: Any, ran: Any) -> None:
    assert move(OLD, "other.docx") == 201
    assert (ran("other.docx"), see(entries)) == (["ingest"], 0)
    assert move(NEW, DOCUMENT) == 201
    assert see(lambda site: at(site, DOCUMENT))[0] != id
    assert ran() == ["ingest"]


def test_content_that_came_meanwhile_is_worked_on(
    id: str, see: Any, move: Any, ran: Any, dav: Any
) -> None:
    assert dav("PUT", f"{DRIVE}/{OLD}", body=b"third").status_int == 204
    assert move(OLD, DOCUMENT) == 201
    assert (ran(), see(entries)) == (["ingest", "ingest"], 0)


def test_what_was_removed_does_not_come_back(id: str, dav: Any, see: Any, move: Any) -> None:
    dav("DELETE", f"{DRIVE}/{OLD}")
    assert move(NEW, DOCUMENT) == 201
    assert see(lambda site: at(site, DOCUMENT))[0] != id

    def purge(site: Any) -> None:
        for trashed in [*node_at(site, FILES).all_trash()]:
            ingest.purge(trashed)

    see(purge)
    assert see(entries) == 0


def test_what_comes_from_another_folder_is_another_file(
    id: str, dav: Any, see: Any, move: Any
) -> None:
    dav("MKCOL", f"{DRIVE}/in")
    dav("PUT", f"{DRIVE}/in/{NEW}", body=b"x")
    assert move(f"in/{NEW}", DOCUMENT) == 201
    assert see(lambda site: at(site, DOCUMENT))[0] != id


def test_a_former_one_does_not_keep_a_later_one_away(
    id: str, dav: Any, see: Any, move: Any, ran: Any
) -> None:
    """A program was killed in its save, and another document has got the name."""
    dav("PUT", f"{DRIVE}/{DOCUMENT}", body=b"later")
    later = see(lambda site: at(site, DOCUMENT))[0]
    assert move(DOCUMENT, "~WRL0001.tmp") == 201
    dav("DELETE", f"{DRIVE}/{OLD}")
    see(lambda site: [ingest.purge(each) for each in [*node_at(site, FILES).all_trash()]] and None)
    assert move(NEW, DOCUMENT) == 201
    assert see(lambda site: at(site, DOCUMENT)) == (later, b"second, longer")


def test_a_document_that_another_has_locked_stays_aside(
    id: str, db: Any, see: Any, move: Any, stored: Any
) -> None:
    lock_at(db, f"{FILES}/{OLD}", "key:berta")
    before = stored()
    assert move(NEW, DOCUMENT) == 423
    assert stored() == before


def test_an_empty_document_waits_while_it_is_aside(dav: Any, move: Any, ran: Any) -> None:
    dav("PUT", f"{DRIVE}/{DOCUMENT}", body=b"")
    dav("PUT", f"{DRIVE}/{NEW}", body=b"first words")
    assert (move(DOCUMENT, OLD), move(NEW, DOCUMENT)) == (201, 201)
    assert ran() == ["ingest"]
