"""A dropbox as a drive: files come in under free names, and nothing of others is there."""

from typing import Any

import pytest

from tests.unit.conftest import Client
from tests.unit.dav.conftest import DRIVE

FILES = "/demo/files"


@pytest.fixture
def box(app: Any, customer: Client) -> Client:
    customer("PUT", f"{FILES}/folder/a.txt", body=b"theirs")
    customer("PUT", f"{FILES}/a.txt", body=b"theirs")
    return Client(app, customer.json("POST", f"{FILES}/-/keys", {"role": "dropbox"}).json["key"])


def test_what_is_put_is_a_deposit(box: Client, customer: Client) -> None:
    for path, place in (
        ("a.txt", "a%20(2).txt"),
        ("a.txt", "a%20(3).txt"),
        ("folder/a.txt", "folder/a%20(2).txt"),
        ("new/b.txt", "new/b.txt"),
        ("a.txt/b.txt", "a%20(4).txt/b.txt"),
    ):
        answer = box("PUT", f"{DRIVE}/{path}", body=b"mine")
        assert answer.status_int == 201, answer.text
        assert answer.headers["Location"] == f"http://localhost{DRIVE}/{place}"
        assert customer("GET", f"{FILES}/{place}/-/receipt").json["size"] == 4
    assert customer("GET", f"{FILES}/a.txt").body == b"theirs"


def test_it_shows_what_it_brought_and_nothing_else(box: Client) -> None:
    box("PUT", f"{DRIVE}/mine.txt", body=b"mine")
    found = box("PROPFIND", f"{DRIVE}/", headers={"Depth": "1"})
    assert found.status_int == 207
    assert "mine.txt" in found.text
    assert "a.txt" not in found.text
    assert "folder" not in found.text
    for path in ("a.txt", "folder/", "nothing"):
        assert box("PROPFIND", f"{DRIVE}/{path}", headers={"Depth": "0"}).status_int == 404
        assert box("GET", f"{DRIVE}/{path}").status_int == 404
        for method in ("DELETE", "MOVE", "COPY", "PROPPATCH", "UNLOCK", "REPORT"):
            told = {"Destination": f"http://localhost{DRIVE}/x.txt", "Lock-Token": "<urn:x>"}
            answer = box(method, f"{DRIVE}/{path}", headers=told)
            assert answer.status_int in (403, 404), (method, path, answer.text)


def test_all_it_does_is_to_add_files(box: Client, stored: Any) -> None:
    box("PUT", f"{DRIVE}/mine.txt", body=b"mine")
    before = stored()
    for path in ("folder", "new", "mine.txt"):
        assert box("MKCOL", f"{DRIVE}/{path}").status_int in (403, 405), path
    for method in ("DELETE", "MOVE", "COPY", "PROPPATCH", "LOCK"):
        told = {"Destination": f"http://localhost{DRIVE}/x.txt", "Depth": "0"}
        answer = box(method, f"{DRIVE}/mine.txt", headers=told)
        assert answer.status_int in (403, 404), (method, answer.text)
    assert stored() == before
