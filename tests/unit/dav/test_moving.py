"""MOVE, COPY and DELETE: trees as a whole, and never where the key may not."""

from typing import Any

import pytest

from tests.unit.dav.conftest import DRIVE

FILES = "/demo/files"


@pytest.fixture
def tree(dav: Any) -> Any:
    dav("MKCOL", f"{DRIVE}/a")
    dav("MKCOL", f"{DRIVE}/a/b")
    for name, body in (("a/one", b"1"), ("a/b/two", b"2"), ("three", b"3")):
        assert dav("PUT", f"{DRIVE}/{name}", body=body).status_int == 201
    return dav


def go(client: Any, method: str, source: str, target: str, **headers: str) -> int:
    answer = client(
        method, f"{DRIVE}/{source}", headers={"Destination": f"{DRIVE}/{target}", **headers}
    )
    return int(answer.status_int)


def body(client: Any, name: str) -> bytes | None:
    answer = client("GET", f"{DRIVE}/{name}")
    return bytes(answer.body) if answer.status_int == 200 else None


def test_trees_move_and_are_copied_whole(tree: Any) -> None:
    assert go(tree, "COPY", "a", "c") == 201
    assert (body(tree, "c/one"), body(tree, "c/b/two"), body(tree, "a/one")) == (b"1", b"2", b"1")
    assert go(tree, "MOVE", "a/", "d/") == 201
    assert (body(tree, "d/b/two"), body(tree, "a/one")) == (b"2", None)
    assert go(tree, "COPY", "d", "e", Depth="0") == 201
    assert (tree("GET", f"{DRIVE}/e/").status_int, body(tree, "e/one")) == (200, None)


def test_what_is_there_is_overwritten_only_if_it_may(tree: Any) -> None:
    assert go(tree, "COPY", "three", "a/one", Overwrite="F") == 412
    assert body(tree, "a/one") == b"1"
    assert go(tree, "COPY", "three", "a/one") == 204
    assert body(tree, "a/one") == b"3"
    assert go(tree, "MOVE", "a/b", "three", Overwrite="T") == 204
    assert body(tree, "three/two") == b"2"
    assert go(tree, "COPY", "three", "a") == 204
    assert (body(tree, "a/two"), body(tree, "a/one")) == (b"2", None)


def test_a_file_moved_upon_a_file_is_its_next_version(tree: Any, customer: Any) -> None:
    """So programs save; the document keeps its id, its keys and its history."""
    id = customer("GET", f"{FILES}/three/-/info").json["id"]
    assert go(tree, "MOVE", "a/one", "three") == 204
    facts = customer("GET", f"{FILES}/three/-/info").json
    assert (facts["id"], facts["version"], body(tree, "three")) == (id, 2, b"1")
    assert body(tree, "a/one") is None


def test_a_folder_goes_neither_into_itself_nor_upon_the_drive(tree: Any) -> None:
    for target in ("a", "a/b/c", ""):
        assert go(tree, "MOVE", "a", target) in (403, 409)
        assert go(tree, "COPY", "a", target) in (403, 409)
    assert go(tree, "MOVE", "a/b", "a") == 409
    assert (body(tree, "a/one"), body(tree, "a/b/two")) == (b"1", b"2")


DESTINATIONS = (
    ("http://elsewhere.example/dav/demo/files/x", 502),
    ("/demo/files/x", 502),
    ("/dav/demo/files/../x", 400),
    ("/dav/demo/files/%2e%2e/x", 400),
    ("/dav/demo/files/a%2Fx", 400),
    ("/dav/demo/files/%00", 400),
    ("/dav/demo/files/%ff", 400),
    ("/dav/demo/files/-", 400),
    ("http://[", 400),
    ("", 400),
    ("/dav/demo/files/no/x", 409),
    ("/dav/demo/x", 409),
)


def test_a_destination_that_is_none_is_refused(tree: Any, stored: Any) -> None:
    before = stored()
    for method in ("COPY", "MOVE"):
        for destination, status in DESTINATIONS:
            answer = tree(method, f"{DRIVE}/three", headers={"Destination": destination})
            assert (answer.status_int, destination) == (status, destination)
            assert answer.json["detail"]
    assert stored() == before


def test_removed_files_lie_in_the_trash(tree: Any, customer: Any) -> None:
    assert tree("DELETE", f"{DRIVE}/a").status_int == 204
    (gone,) = customer("GET", f"{FILES}/-/trash").json["items"]
    assert gone["origin"] == "a"


def test_services_and_containers_are_not_for_a_drive(admin: Any, dav: Any) -> None:
    dav.app.authorization = ("Basic", ("anyone", admin.key))
    for method, place in (("DELETE", "demo/files"), ("DELETE", "demo"), ("MOVE", "demo/files"),
                          ("COPY", "demo"), ("MKCOL", "new"), ("MKCOL", "demo/new"),
                          ("PUT", "demo/new"), ("DELETE", "")):  # fmt: skip
        answer = dav(method, f"/dav/{place}", headers={"Destination": "/dav/demo/x"})
        assert (answer.status_int, method, place) == (403, method, place)


def test_roles_hold_as_on_rest(tree: Any, made: Any, stored: Any) -> None:
    roles = ("mfilereadonly", "mfilereadwrite", "auditor")
    holders = {role: made(role, FILES) for role in roles}
    tree.app.authorization = None
    before = stored()
    for role, holder in holders.items():
        asked = [("DELETE", "three"), ("MOVE", "three")]
        if role != "mfilereadwrite":
            asked += [("PUT", "three"), ("PUT", "new"), ("MKCOL", "new"), ("COPY", "a")]
        for method, place in asked:
            target = {"Destination": f"{DRIVE}/a/new"}
            answer = holder(method, f"{DRIVE}/{place}", headers=target)
            assert (answer.status_int, role, method) == (403, role, method)
    assert stored() == before


def test_a_key_of_a_folder_sees_nothing_above_it(tree: Any, made: Any) -> None:
    key = made("mfileowner", f"{FILES}/a").key
    tree.app.authorization = ("Basic", ("x", key))
    assert tree("GET", f"{DRIVE}/a/one").status_int == 200
    assert tree("GET", f"{DRIVE}/three").status_int == 404
    assert tree("PROPFIND", f"{DRIVE}/").status_int == 404
    assert go(tree, "MOVE", "a/one", "new") in (403, 404, 409)
    assert go(tree, "COPY", "a/one", "three") in (403, 404, 409)
    root = f"/dav/k/{key}"
    assert tree("GET", f"{root}/one").status_int == 200
    moved = tree("MOVE", f"{root}/one", headers={"Destination": f"{root}/new"})
    assert moved.status_int == 201


def test_what_was_moved_is_as_old_as_before_unless_it_is_said(tree: Any) -> None:
    def age(name: str) -> str:
        return str(tree("HEAD", f"{DRIVE}/{name}").headers["Last-Modified"])

    tree("PUT", f"{DRIVE}/three", body=b"3", headers={"X-OC-Mtime": "1500000000"})
    old = age("three")
    assert go(tree, "MOVE", "three", "a/three") == 201
    assert age("a/three") == old
    assert go(tree, "MOVE", "a/three", "a/one") == 204
    assert age("a/one") == old
    assert go(tree, "COPY", "a/one", "x") == 201
    assert age("x") != old
    for method, moment in (("COPY", "0"), ("MOVE", "1500000001")):
        to = {"Destination": f"{DRIVE}/y", "X-OC-Mtime": moment}
        answer = tree(method, f"{DRIVE}/x", headers=to)
        assert answer.headers["X-OC-Mtime"] == "accepted"
        assert age("y") == ("Thu, 01 Jan 1970 00:00:00 GMT" if method == "COPY" else SECOND_LATER)


SECOND_LATER = "Fri, 14 Jul 2017 02:40:01 GMT"
