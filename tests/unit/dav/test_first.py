"""The WebDAV door as clients use it first: who asks, what is there, files in and out."""

from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from tests.unit.dav.conftest import DRIVE


def test_a_client_without_a_key_is_asked_for_one(app: Any, dav: Any, stranger: Any) -> None:
    app.authorization = None
    for method in ("PROPFIND", "GET", "PUT", "DELETE", "MKCOL"):
        for place in ("/", "/demo", "/demo/files/nothing", "/nowhere/at/all"):
            answer = stranger(method, f"/dav{place}")
            assert (answer.status_int, method) == (401, method)
            assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    app.authorization = ("Bearer", "wrong")
    assert stranger("PROPFIND", DRIVE).status_int == 401
    assert stranger("GET", "/demo/files/").status_int == 404


def test_options_tell_what_is_spoken(app: Any, stranger: Any, dav: Any) -> None:
    answer = dav("OPTIONS", f"{DRIVE}/")
    assert answer.status_int == 200
    assert answer.headers["MS-Author-Via"] == "DAV"
    assert "1" in answer.headers["DAV"] and "PROPFIND" in answer.headers["Allow"]
    assert "PUT" not in answer.headers["Allow"]
    app.authorization = None
    assert "PUT" in stranger("OPTIONS", f"{DRIVE}/").headers["Allow"]


@pytest.mark.parametrize("root", ["/dav/demo/files", "/dav/k/KEY"])
def test_files_come_and_go(dav: Any, customer: Any, root: str) -> None:
    root = root.replace("KEY", customer.key)
    assert dav("MKCOL", f"{root}/a").status_int == 201
    assert dav("MKCOL", f"{root}/a").status_int == 405
    made = dav("PUT", f"{root}/a/b.txt", body=b"one")
    assert (made.status_int, made.body) == (201, b"")
    again = dav("PUT", f"{root}/a/b.txt", body=b"two")
    assert again.status_int == 204
    got = dav("GET", f"{root}/a/b.txt")
    assert (got.body, got.headers["ETag"]) == (b"two", again.headers["ETag"])
    assert dav("HEAD", f"{root}/a/b.txt").headers["Content-Length"] == "3"
    listed = ElementTree.fromstring(dav("PROPFIND", f"{root}/a", headers={"Depth": "1"}).body)
    assert [each.text for each in listed.iter("{DAV:}href")] == [f"{root}/a/", f"{root}/a/b.txt"]
    assert dav("DELETE", f"{root}/a").status_int == 204
    assert dav("GET", f"{root}/a/b.txt").status_int == 404


NAMES = ("plain", "a b", "ä?;#%2F&", "%41", "日本", "...")


def test_names_are_names_wherever_they_come(dav: Any) -> None:
    for name in NAMES:
        place = f"{DRIVE}/{quote(name, safe='')}"
        dav("PUT", f"{DRIVE}/first", body=name.encode())
        to = {"Destination": f"http://localhost{place}"}
        assert dav("MOVE", f"{DRIVE}/first", headers=to).status_int == 201
        assert dav("GET", place).body == name.encode()
        for status in (201, 204):
            copied = dav("COPY", place, headers={"Destination": f"{DRIVE}/copy"})
            assert copied.status_int == status
        dav("DELETE", f"{DRIVE}/copy")


def test_a_put_into_a_missing_folder_is_a_conflict(dav: Any) -> None:
    assert dav("PUT", f"{DRIVE}/no/file", body=b"x").status_int == 409
    assert dav("MKCOL", f"{DRIVE}/no/folder").status_int == 409


def test_what_belongs_to_mserve_is_not_in_the_drive(dav: Any) -> None:
    for place in ("-/keys", "-/info", "-/usage"):
        assert dav("GET", f"{DRIVE}/{place}").status_int == 404
