"""What programs keep beside people's files is stored, and not worked on, unless that is wanted."""

from typing import Any

from mserve.resources.names import is_temporary
from tests.unit.dav.conftest import DRIVE

FILES = "/demo/files"
OWN = ("._cat.jpg", ".DS_Store", "~$letter.docx", ".~lock.letter.odt#", "Thumbs.db")
PEOPLES = ("cat.jpg", ".profile", "~letter", ".DS_Store.txt", "_.x", "letter.~lock", "#x#")


def test_programs_names_are_told_from_peoples() -> None:
    assert all(map(is_temporary, OWN))
    assert not any(map(is_temporary, PEOPLES))


def jobs(client: Any, name: str) -> int:
    return len(client("GET", f"{FILES}/{name}/-/jobs").json["items"])


def test_a_programs_file_is_processed_once_it_has_a_name_of_peoples(
    dav: Any, customer: Any
) -> None:
    assert dav("PUT", f"{DRIVE}/~$a.txt", body=b"x").status_int == 201
    assert dav("PUT", f"{DRIVE}/~$a.txt", body=b"y").status_int == 204
    assert jobs(customer, "~$a.txt") == 0
    to = {"Destination": f"{DRIVE}/a.txt"}
    assert dav("MOVE", f"{DRIVE}/~$a.txt", headers=to).status_int == 201
    assert jobs(customer, "a.txt") == 1
    dav("MOVE", f"{DRIVE}/a.txt", headers={"Destination": f"{DRIVE}/b.txt"})
    assert jobs(customer, "b.txt") == 1


def test_a_service_may_process_or_refuse_them(dav: Any, customer: Any, admin: Any) -> None:
    for value, status, count in (("process", 201, 1), ("refuse", 403, None), (None, 201, 0)):
        properties = {"properties": {"temporary": value}}
        dav.app.authorization = None
        assert admin.json("PATCH", f"{FILES}/", properties).status_int == 200
        dav.app.authorization = ("Basic", ("anyone", customer.key))
        answer = dav("PUT", f"{DRIVE}/.DS_Store", body=b"x")
        assert answer.status_int == status
        if count is not None:
            assert jobs(customer, ".DS_Store") == count
            dav("DELETE", f"{DRIVE}/.DS_Store")
    dav.app.authorization = None
    bad = admin.json("PATCH", f"{FILES}/", {"properties": {"temporary": "eat"}})
    assert (bad.status_int, "store, process, refuse" in bad.json["faults"][0]["detail"]) == (400, 1)
