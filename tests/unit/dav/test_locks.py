"""LOCK and UNLOCK: what they answer, and what a lock means to the other methods."""

from typing import Any

import pytest

from tests.unit.dav.conftest import DRIVE
from tests.unit.dav.finding import D, propfind, told
from tests.unit.dav.locking import (
    actives,
    condition,
    given,
    lock,
    lockinfo,
    refresh,
    token_of,
    unlock,
)
from tests.unit.locking import lock_at
from tests.unit.support import Clock, Interrupted, bearer, call

FILE = f"{DRIVE}/in/a.txt"
DISCOVERY = f"{D}lockdiscovery"


@pytest.fixture(autouse=True)
def files(customer: Any) -> None:
    for name in ("in/a.txt", "in/deep/b.txt"):
        assert customer("PUT", f"/demo/files/{name}", body=b"x").status_int == 201


@pytest.fixture
def other(made: Any, dav: Any) -> Any:
    """Another key for the same drive."""
    return made("mfileowner")


def locked(dav: Any, url: str) -> list[Any]:
    """What PROPFIND tells of the locks."""
    [found] = told(propfind(dav, url, DISCOVERY)).values()
    return actives(found.found[DISCOVERY])


def test_a_lock_is_told_and_ends(dav: Any, monkeypatch: Any) -> None:
    Clock(monkeypatch, "2026-11-27T12:00:00Z")
    answer = lock(dav, FILE, Timeout="Infinite, Second-4100000000")
    assert answer.status_int == 200
    assert answer.content_type == "application/xml"
    [active] = actives(answer.body)
    assert active == (token_of(answer), "exclusive", "0", 3600, FILE, "me")
    assert locked(dav, FILE) == [active]
    assert active.token.startswith("urn:uuid:")
    assert unlock(dav, FILE, active.token).status_int == 204
    assert locked(dav, FILE) == []
    assert unlock(dav, FILE, active.token).status_int == 409


TIMES = [
    (None, 3600), ("Infinite", 3600), ("Second-60", 60), ("second-0", 1), ("Second-x", 3600),
    ("Second-99999999999999", 3600), ("x, Second-7", 7), ("Second-4100000000", 3600),
]  # fmt: skip


def test_how_long_it_lasts(dav: Any, monkeypatch: Any) -> None:
    time = Clock(monkeypatch, "2026-11-27T12:00:00Z")
    for timeout, seconds in TIMES:
        made = lock(dav, FILE, **({} if timeout is None else {"Timeout": timeout}))
        assert actives(made.body)[0].seconds == seconds
        time.pass_by(seconds - 0.5)
        assert len(locked(dav, FILE)) == 1
        time.pass_by(1)
        assert locked(dav, FILE) == []
    assert dav("PUT", FILE, body=b"y").status_int == 204


def test_a_lock_is_refreshed_by_its_maker(dav: Any, other: Any, monkeypatch: Any) -> None:
    time = Clock(monkeypatch, "2026-11-27T12:00:00Z")
    token = token_of(lock(dav, FILE, "shared", Timeout="Second-60"))
    second = token_of(lock(dav, FILE, "shared", Timeout="Second-60"))
    time.pass_by(50)
    answer = refresh(dav, FILE, token, Timeout="Second-100")
    assert answer.status_int == 200
    assert "Lock-Token" not in answer.headers
    assert [each.seconds for each in actives(answer.body)] == [100, 10]
    assert refresh(dav, FILE, token, second).status_int == 412
    assert refresh(dav, FILE, "urn:uuid:other").status_int == 412
    assert refresh(dav, f"{DRIVE}/in/deep/b.txt", token).status_int == 412
    assert refresh(dav, f"{DRIVE}/nothing", token).status_int == 412
    assert dav("LOCK", FILE).status_int == 400
    dav.app.authorization = ("Basic", ("anyone", other.key))
    assert refresh(dav, FILE, token).status_int == 403
    time.pass_by(11)
    assert [each.token for each in locked(dav, FILE)] == [token]


def test_a_deep_lock_is_refreshed_and_ended_from_below(dav: Any) -> None:
    token = token_of(lock(dav, f"{DRIVE}/in", depth="infinity"))
    [active] = locked(dav, FILE)
    assert (active.token, active.depth, active.root) == (token, "infinity", f"{DRIVE}/in/")
    assert refresh(dav, FILE, token).status_int == 200
    assert unlock(dav, FILE, token).status_int == 204
    assert locked(dav, f"{DRIVE}/in") == []


def test_what_conflicts_is_named(dav: Any) -> None:
    lock(dav, FILE)
    assert condition(lock(dav, FILE)) == ("no-conflicting-lock", [FILE])
    deep = lock(dav, f"{DRIVE}/in", depth="infinity")
    assert condition(deep) == ("no-conflicting-lock", [FILE])
    assert lock(dav, f"{DRIVE}/in", depth="0").status_int == 200


REFUSED: dict[str, Any] = {
    "PUT": lambda dav, headers: dav("PUT", FILE, body=b"y", headers=headers),
    "DELETE": lambda dav, headers: dav("DELETE", FILE, headers=headers),
    "PROPPATCH": lambda dav, headers: dav("PROPPATCH", FILE, headers=headers, body=(
        b'<propertyupdate xmlns="DAV:"><set><prop><a/></prop></set></propertyupdate>')),
    "MOVE": lambda dav, headers: dav(
        "MOVE", FILE, headers={"Destination": f"{DRIVE}/b.txt", **headers}),
    "MOVE onto it": lambda dav, headers: dav(
        "MOVE", f"{DRIVE}/in/deep/b.txt", headers={"Destination": FILE, **headers}),
    "COPY onto it": lambda dav, headers: dav(
        "COPY", f"{DRIVE}/in/deep/b.txt", headers={"Destination": FILE, **headers}),
    "DELETE of the folder": lambda dav, headers: dav("DELETE", f"{DRIVE}/in", headers=headers),
    "MOVE of the folder": lambda dav, headers: dav(
        "MOVE", f"{DRIVE}/in", headers={"Destination": f"{DRIVE}/out", **headers}),
}  # fmt: skip


def test_a_change_needs_the_token(dav: Any, other: Any) -> None:
    token = token_of(lock(dav, FILE))
    for doing in REFUSED.values():
        assert condition(doing(dav, {})) == ("lock-token-submitted", [FILE])
    dav.app.authorization = ("Basic", ("anyone", other.key))
    for doing in REFUSED.values():
        assert condition(doing(dav, given(token, FILE))) == ("lock-token-submitted", [FILE])


def test_a_refused_upload_reads_no_body(app: Any, dav: Any) -> None:
    lock(dav, FILE)
    body = Interrupted(b"x", lambda: pytest.fail("the body was read"))
    answer = call(app, "PUT", FILE, body, CONTENT_LENGTH="1", **bearer(dav.key))
    assert answer.status_int == 423


@pytest.mark.parametrize("name", REFUSED)
def test_with_the_token_it_goes(dav: Any, name: str) -> None:
    token = token_of(lock(dav, FILE))
    assert REFUSED[name](dav, given(token, FILE)).status_int in (201, 204, 207)


@pytest.mark.parametrize("depth", ["0", "infinity"])
def test_a_locked_folder_keeps_its_members(dav: Any, depth: str) -> None:
    folder = f"{DRIVE}/in"
    token = token_of(lock(dav, folder, depth=depth))
    doings = {
        "PUT": {}, "MKCOL": {}, "LOCK": {},
        "COPY": {"Destination": f"{folder}/new"}, "MOVE": {"Destination": f"{folder}/new"},
    }  # fmt: skip
    dav("PUT", f"{DRIVE}/out.txt", body=b"x", headers={})
    for method, headers in doings.items():
        url = f"{DRIVE}/out.txt" if headers else f"{folder}/new"
        body = lockinfo() if method == "LOCK" else b""
        refused = dav(method, url, body=body, headers=headers)
        assert condition(refused) == ("lock-token-submitted", [f"{folder}/".rstrip("/")])
        if method == "LOCK" and depth == "infinity":
            continue  # what is locked deeply is not locked once more
        answer = dav(method, url, body=body, headers={**headers, **given(token, folder)})
        assert answer.status_int in (201, 204)
        gone = {**given(token, folder)}
        if method == "LOCK":
            own = token_of(answer)
            gone = {"If": f"<{folder}> (<{token}>) <{folder}/new> (<{own}>)"}
        assert dav("DELETE", f"{folder}/new", headers=gone).status_int == 204


def test_a_lock_makes_an_empty_file(dav: Any, customer: Any) -> None:
    url = f"{DRIVE}/in/new.txt"
    answer = lock(dav, url, Timeout="Second-60")
    assert answer.status_int == 201
    token = token_of(answer)
    assert dav("GET", url).body == b""
    assert [each.token for each in locked(dav, url)] == [token]
    assert customer("GET", "/demo/files/in/new.txt/-/jobs").json["items"] == []
    assert condition(dav("PUT", url, body=b"y"))[0] == "lock-token-submitted"
    assert dav("PUT", url, body=b"y", headers=given(token)).status_int == 204
    assert unlock(dav, url, token).status_int == 204
    [job] = customer("GET", "/demo/files/in/new.txt/-/jobs").json["items"]
    assert job["trigger"] == "ingest"
    assert lock(dav, f"{DRIVE}/nowhere/new.txt").status_int == 409
    assert lock(dav, f"{DRIVE}/in/-").status_int in (400, 403, 404, 405)


def test_who_may_not_write_may_not_lock(dav: Any, made: Any) -> None:
    token = token_of(lock(dav, FILE))
    dav.app.authorization = ("Basic", ("anyone", made("mfilereadonly").key))
    assert lock(dav, f"{DRIVE}/in/deep/b.txt").status_int == 403
    assert lock(dav, f"{DRIVE}/new.txt").status_int == 403
    assert unlock(dav, FILE, token).status_int == 403
    assert [each.token for each in locked(dav, FILE)] == [token]


def test_a_depositor_locks_nothing(dav: Any, made: Any, stored: Any) -> None:
    """Who adds files alone has no use for a lock, and would hold others up."""
    dav.app.authorization = ("Basic", ("anyone", made("dropbox").key))
    before = stored()
    assert lock(dav, f"{DRIVE}/new.txt").status_int == 403
    assert lock(dav, FILE).status_int in (403, 404)
    assert stored() == before


def test_an_administrator_ends_locks_of_others(dav: Any, other: Any, admin: Any) -> None:
    token = token_of(lock(dav, FILE))
    dav.app.authorization = ("Basic", ("anyone", other.key))
    assert unlock(dav, FILE, token).status_int == 403
    dav.app.authorization = ("Basic", ("anyone", admin.key))
    assert unlock(dav, FILE, token).status_int == 204


NONE = [
    b"<x/>", b"<lockinfo/>", b"no XML", lockinfo("other"),
    lockinfo().replace(b"write", b"read"), lockinfo().replace(b"D:lockscope", b"D:scope"),
    lockinfo(owner="<a>" * 60 + "</a>" * 60),
    b'<!DOCTYPE x [<!ENTITY a "b">]>' + lockinfo(owner="&a;"),
]  # fmt: skip


def test_what_is_no_lockinfo_is_refused(dav: Any, stored: Any) -> None:
    before = stored()
    for body in NONE:
        for url in (FILE, f"{DRIVE}/new.txt"):
            assert dav("LOCK", url, body=body).status_int == 400
    assert stored() == before


def test_what_is_asked_wrongly_is_told(dav: Any, admin: Any) -> None:
    assert lock(dav, FILE, depth="1").status_int == 400
    assert dav("LOCK", FILE, body=lockinfo(owner="x" * 5000)).status_int == 413
    assert dav("UNLOCK", FILE).status_int == 400
    assert dav("UNLOCK", FILE, headers={"Lock-Token": "urn:uuid:1"}).status_int == 400
    assert dav("LOCK", "/dav/demo", body=lockinfo()).status_int == 404
    dav.app.authorization = ("Basic", ("anyone", admin.key))
    assert dav("LOCK", "/dav/demo", body=lockinfo()).status_int == 409


def test_below_a_key_nothing_is_told_of_what_is_above(dav: Any, made: Any) -> None:
    token_of(lock(dav, f"{DRIVE}/in", depth="infinity"))
    key = made("mfileowner", "/demo/files/in/deep").key
    dav.app.authorization = None
    answer = dav("PUT", f"/dav/k/{key}/b.txt", body=b"y")
    assert condition(answer) == ("lock-token-submitted", [f"/dav/k/{key}/"])
    [active] = locked(dav, f"/dav/k/{key}/b.txt")
    assert active.root == f"/dav/k/{key}/"


def test_all_of_a_listing_tell_their_locks(dav: Any) -> None:
    """Also after they were told without."""

    def tell() -> dict[str, list[str]]:
        found = told(propfind(dav, DRIVE, DISCOVERY, f"{D}getetag", depth="infinity"))
        return {
            path: [lock.token for lock in actives(each.found[DISCOVERY])]
            for path, each in found.items()
        }

    assert not any(tell().values())
    deep = token_of(lock(dav, f"{DRIVE}/in/deep", depth="infinity"))
    flat = token_of(lock(dav, FILE))
    assert tell() == {
        "/": [], "/in/": [], "/in/a.txt": [flat], "/in/deep/": [deep], "/in/deep/b.txt": [deep],
    }  # fmt: skip
    unlock(dav, FILE, flat)
    assert tell()["/in/a.txt"] == []
    named = told(propfind(dav, FILE))["/in/a.txt"]
    assert DISCOVERY in named.found


def test_options_tell_of_class_two(dav: Any) -> None:
    answer = dav("OPTIONS", f"{DRIVE}/")
    assert answer.headers["DAV"].split(", ")[:3] == ["1", "2", "3"]
    assert {"LOCK", "UNLOCK", "PROPPATCH"} <= {*answer.headers["Allow"].split(", ")}


def test_no_byte_is_read_where_a_lock_is_in_the_way(dav: Any, db: Any) -> None:
    dav("PUT", FILE, body=b"x")
    lock_at(db, "demo/files", "key:anna", deep=True)
    for path in (FILE, f"{DRIVE}/new.txt"):
        read: list[int] = []
        body = Interrupted(b"x" * 10, lambda read=read: read.append(1))
        answer = dav("PUT", path, environ={"wsgi.input": body, "CONTENT_LENGTH": "10"})
        assert (answer.status_int, read) == (423, [])
