"""sync-collection: a copy that does what the reports say is what the tree is."""

from random import Random
from typing import Any

import pytest
from webtest import TestApp

from mserve import ingest
from mserve.resources import clock
from tests.unit.conftest import Client
from tests.unit.dav.finding import FILES, D, changes, condition, propfind, sync, token_of, told
from tests.unit.support import writers

NOWHERE = f"urn:mserve:sync:{'0' * 32}:{'0' * 16}"


def put(client: Client, place: str, body: bytes = b"x") -> None:
    assert client("PUT", f"/demo/files/{place}", body=body).status_int in (200, 201)


def move(client: Client, place: str, name: str, parent: str = "") -> None:
    document = {"name": name} | ({"parent": f"/demo/files/{parent}"} if parent else {})
    assert client.json("PATCH", f"/demo/files/{place}", document).status_int == 200


def remove(client: Client, place: str) -> None:
    assert client("DELETE", f"/demo/files/{place}").status_int in (200, 204)


def known(client: Client) -> str:
    """The token of who knows all that there is now."""
    return token_of(sync(client))


def test_at_first_all_members_are_told(customer: Client) -> None:
    for place in ("a", "b/c", "b/d/e"):
        put(customer, place)
    assert [*changes(sync(customer))] == ["/a", "/b/", "/b/c", "/b/d/", "/b/d/e"]
    assert [*changes(sync(customer, level="1"))] == ["/a", "/b/"]
    assert [*changes(sync(customer, path=f"{FILES}/b"))] == ["/b/c", "/b/d/", "/b/d/e"]
    etag = told(sync(customer))["/a"].text(f"{D}getetag")
    assert etag == customer("GET", f"{FILES}/a").headers["ETag"]


def test_then_what_has_changed_since(customer: Client) -> None:
    for place in ("kept", "replaced", "removed", "moved", "b/kept"):
        put(customer, place)
    token = known(customer)
    assert changes(sync(customer, token)) == {}
    put(customer, "new")
    put(customer, "replaced", b"y")
    put(customer, "b/new")
    remove(customer, "removed")
    move(customer, "moved", "other")
    answer = sync(customer, token)
    assert changes(answer) == {
        "/b/new": 200, "/moved": 404, "/new": 200, "/other": 200, "/removed": 404, "/replaced": 200,
    }  # fmt: skip
    assert changes(sync(customer, token_of(answer))) == {}
    there = {"/moved": 404, "/new": 200, "/other": 200, "/removed": 404, "/replaced": 200}
    assert changes(sync(customer, token, level="1")) == there


def test_the_token_of_a_propfind_is_as_good(customer: Client) -> None:
    put(customer, "a")
    found = told(propfind(customer, FILES, f"{D}sync-token", f"{D}supported-report-set"))["/"]
    assert [*found.found[f"{D}supported-report-set"].iter(f"{D}sync-collection")]
    token = found.text(f"{D}sync-token")
    assert token == known(customer)
    put(customer, "b")
    assert changes(sync(customer, token)) == {"/b": 200}
    assert known(customer) != token


def test_what_came_and_went_is_not_told(customer: Client) -> None:
    token = known(customer)
    put(customer, "brief")
    remove(customer, "brief")
    put(customer, "first")
    move(customer, "first", "second")
    assert changes(sync(customer, token)) == {"/second": 200}


def test_what_went_and_came_again_is_changed(customer: Client) -> None:
    put(customer, "a")
    token = known(customer)
    remove(customer, "a")
    put(customer, "a", b"again")
    assert changes(sync(customer, token)) == {"/a": 200}
    [kept] = customer("GET", "/demo/files/-/trash").json["items"]
    remove(customer, "a")
    assert changes(sync(customer, token)) == {"/a": 404}
    assert customer("POST", kept["url"]).status_int == 200
    assert changes(sync(customer, token)) == {"/a": 200}


def test_trees_come_whole_and_go_by_their_top(customer: Client) -> None:
    for place in ("b/c", "b/d/e", "f/g"):
        put(customer, place)
    token = known(customer)
    move(customer, "b", "h")
    remove(customer, "f")
    assert changes(sync(customer, token)) == {
        "/b": 404, "/f": 404, "/h/": 200, "/h/c": 200, "/h/d/": 200, "/h/d/e": 200,
    }  # fmt: skip
    assert changes(sync(customer, token, level="1")) == {"/b": 404, "/f": 404, "/h/": 200}


@pytest.mark.parametrize("way", ["moved", "removed"])
def test_of_a_folder_in_whose_place_there_is_another_all_is_told(
    customer: Client, way: str
) -> None:
    for place in ("b/c", "b/d/e", "b/kept"):
        put(customer, place)
    token = known(customer)
    move(customer, "b", "h") if way == "moved" else remove(customer, "b")
    put(customer, "b/kept", b"other")
    told_ = changes(sync(customer, token))
    assert {path: status for path, status in told_.items() if path.startswith("/b")} == {
        "/b/": 200, "/b/c": 404, "/b/d": 404, "/b/d/e": 404, "/b/kept": 200,
    }  # fmt: skip


def test_what_is_moved_out_is_gone_and_what_is_moved_in_is_new(
    customer: Client, admin: Client
) -> None:
    put(customer, "b/c")
    put(customer, "d/e")
    inner, token = token_of(sync(customer, path=f"{FILES}/b")), known(customer)
    move(customer, "b/c", "c", "d")
    assert changes(sync(customer, inner, path=f"{FILES}/b")) == {"/b/c": 404}
    assert changes(sync(customer, token)) == {"/b/c": 404, "/d/c": 200}
    admin.json("POST", "/demo/", {"name": "other"})
    moved = admin.json("PATCH", "/demo/files/d", {"parent": "/demo/other/"})
    assert moved.status_int == 200
    assert changes(sync(customer, token)) == {"/b/c": 404, "/d": 404}
    assert [*changes(sync(admin, path="/dav/demo/other"))] == [
        "/dav/demo/other/d/", "/dav/demo/other/d/c", "/dav/demo/other/d/e",
    ]  # fmt: skip


def test_a_change_that_is_committed_late_is_told(db: Any, customer: Client) -> None:
    """Not the time at which it was made counts, but whether the client can have seen it."""
    with writers(db, 1) as [late]:
        ingest.make_folder(late.site["demo"]["files"], "late")
        put(customer, "early")
        token = known(customer)
        late.commit()
    assert changes(sync(customer, token)) == {"/late/": 200}


def test_long_reports_are_told_in_parts(customer: Client) -> None:
    for number in range(7):
        put(customer, f"b/{number}")
    assert read(customer, "", 3) == {f"/b/{number}": 200 for number in range(7)} | {"/b/": 200}
    token = known(customer)
    for number in range(2, 7):
        remove(customer, f"b/{number}")
    assert read(customer, token, 2) == {f"/b/{number}": 404 for number in range(2, 7)}


def read(client: Client, token: str, limit: int) -> dict[str, int]:
    """All that is told in parts; between them something is changed that was told already."""
    found: dict[str, int] = {}
    again = 0
    while True:
        answer = sync(client, token, limit=limit)
        part, token = changes(answer), token_of(answer)
        cut = part.pop("/", None)
        assert cut in (None, 507)
        assert len(part) == limit if cut else len(part) <= limit
        assert found.keys().isdisjoint(part)
        found |= part
        if not cut:
            break
        put(client, "b/0", b"%d" % again)
        again += 1
    assert changes(sync(client, token)).get("/b/0") == 200
    return found


def test_tokens_that_tell_too_little_are_refused(
    customer: Client, app: TestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(customer, "b/c")
    token = known(customer)
    for wrong in ("x", NOWHERE, token[:-16] + "f" * 16, f"{token}:{token[-16:]}:=", "urn:x:\xe4"):
        assert condition(sync(customer, wrong)) == "valid-sync-token", wrong
    assert condition(sync(customer, token, path=f"{FILES}/b")) == "valid-sync-token"
    put(customer, "new")
    later = clock.now() + 8 * 86_400 * clock.SECOND
    monkeypatch.setattr(clock, "now", lambda: later)
    assert changes(sync(customer, token)) == {"/new": 200}
    monkeypatch.setitem(vars(app.app.registry.mserve), "audit_days", 7)
    assert condition(sync(customer, token)) == "valid-sync-token"


@pytest.mark.parametrize("place", ["/demo/files", "/demo"])
def test_what_was_undone_has_copies_read_anew(customer: Client, admin: Client, place: str) -> None:
    customer.json("POST", "/demo/files/", {"type": "folder", "name": "b"})
    token = known(customer)
    newest, *_ = admin("GET", f"{place}/-/history").json["items"]
    assert admin.json("POST", newest["url"], {"undo": True}).status_int == 200
    assert changes(sync(customer)) == {}
    assert condition(sync(customer, token)) == "valid-sync-token"


def test_other_reports_and_places_are_refused(customer: Client, admin: Client) -> None:
    body = b'<expand-property xmlns="DAV:"/>'
    assert condition(customer("REPORT", FILES, body=body)) == "supported-report"
    assert condition(sync(admin, path="/dav/demo")) == "supported-report"
    put(customer, "a")
    assert condition(sync(customer, path=f"{FILES}/a")) == "supported-report"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<x",
        b'<sync-collection xmlns="DAV:"/>',
        b'<sync-collection xmlns="DAV:"><sync-token/><sync-level>2</sync-level><prop/>'
        b"</sync-collection>",
        b'<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop/>'
        b"<limit><nresults>0</nresults></limit></sync-collection>",
    ],
)
def test_a_report_that_cannot_be_read_is_refused(customer: Client, body: bytes) -> None:
    assert customer("REPORT", FILES, body=body).status_int == 400


def test_a_copy_that_follows_is_what_the_tree_is(customer: Client) -> None:
    """Changes at random, with a report now and then."""
    random = Random(6)
    copy: dict[str, int] = {}
    token = ""
    for _ in range(12):
        for _ in range(random.randint(1, 5)):
            change(customer, random)
        answer = sync(customer, token)
        token = token_of(answer)
        for path, status in changes(answer).items():
            gone = path.rstrip("/")
            copy = {
                each: 200
                for each in copy
                if status == 200 or not (each.rstrip("/") == gone or each.startswith(f"{gone}/"))
            }
            if status == 200:
                copy.pop(gone, None), copy.pop(f"{gone}/", None)
                copy[path] = 200
        assert sorted(copy) == sorted(changes(sync(customer)))


def change(client: Client, random: Random) -> None:
    """Something happens at one of few places, if it can; it often happened there before."""
    folder, name = random.choice("ab"), random.choice("abc")
    place = f"/demo/files/{folder}/{name}"
    kind = random.choice(("put", "put", "remove", "drop", "move", "rename"))
    if kind == "put":
        client("PUT", place, body=random.randbytes(4))
    elif kind == "remove":
        client("DELETE", place)
    elif kind == "drop":
        client("DELETE", f"/demo/files/{folder}")
    elif kind == "move":
        client.json("PATCH", place, {"name": random.choice("abc")})
    else:
        client.json("PATCH", f"/demo/files/{folder}", {"name": random.choice("abz")})
