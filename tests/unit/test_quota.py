"""The quota of a service: by no door what is kept comes to more, and removing goes on."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from webtest import lint
from ZODB.POSException import ConflictError

from mserve import database, ingest
from mserve.check import Scope, check
from mserve.errors import OverQuota
from mserve.ingest import landing
from mserve.resources import quota
from mserve.resources.figure import Figure
from mserve.resources.metrics import DISC_SPACE
from mserve.resources.run import JobOutput
from mserve.resources.usage import Usage, read_state
from tests.unit.dav.finding import D, propfind, told
from tests.unit.locking import node_at
from tests.unit.support import Interrupted, form, spool, writers

SERVICE, FILES = "/demo/files/", "demo/files"
MOST = 100
METHODS = ["PROPFIND", "COPY", "MOVE", "LOCK"]


@pytest.fixture(autouse=True)
def methods(monkeypatch: Any) -> None:
    monkeypatch.setattr(lint, "valid_methods", [*lint.valid_methods, *METHODS])


@pytest.fixture
def limit(admin: Any) -> Any:
    """`limit(bytes)`: the provider says so."""

    def say(most: int | None) -> None:
        answer = admin.json("PATCH", SERVICE, {"properties": {"quota": most}})
        assert answer.status_int == 200, answer.json
        assert answer.json["properties"]["quota"] == most

    return say


@pytest.fixture
def full(customer: Any, limit: Any) -> Any:
    """60 bytes of 100 are kept."""
    limit(MOST)
    assert customer("PUT", f"{SERVICE}a/b.txt", body=b"x" * 60).status_int == 201


@pytest.fixture
def kept(see: Any) -> Any:
    """`kept()`: the bytes, as they are counted."""
    return lambda: see(lambda site: node_at(site, FILES).usage.get(DISC_SPACE).total)


def archive(size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("c.txt", b"x" * size)
    return file.getvalue()


def tus(customer: Any, size: int) -> int:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size)}
    headers["Content-Type"] = "application/offset+octet-stream"
    answer = customer("POST", f"{SERVICE}-/uploads", body=b"x" * size, headers=headers)
    return int(answer.status_int)


def put(customer: Any, path: str, size: int) -> int:
    return int(customer("PUT", path, body=b"x" * size).status_int)


def posted(customer: Any, size: int) -> int:
    kind = {"Content-Type": "multipart/form-data; boundary=XX"}
    body = form(("c.txt", b"x" * size))
    return int(customer("POST", SERVICE, body=body, headers=kind).status_int)


def unpacked(customer: Any, size: int) -> int:
    kind = {"Content-Type": "application/zip"}
    url = f"{SERVICE}?unpack=zip"
    return int(customer("POST", url, body=archive(size), headers=kind).status_int)


DOORS: dict[str, Any] = {
    "REST": lambda customer, size: put(customer, f"{SERVICE}c.txt", size),
    "WebDAV": lambda customer, size: put(customer, f"/dav{SERVICE}c.txt", size),
    "a new version": lambda customer, size: put(customer, f"{SERVICE}a/b.txt", size),
    "a new version by WebDAV": lambda customer, size: put(customer, f"/dav{SERVICE}a/b.txt", size),
    "a form": posted,
    "tus": tus,
    "an archive": unpacked,
}


@pytest.mark.parametrize("door", DOORS)
def test_each_door_is_held_to_it(
    customer: Any, full: None, kept: Any, stored: Any, door: str
) -> None:
    before = stored()
    assert DOORS[door](customer, 41) == 507
    assert (stored(), kept()) == (before, 60)
    assert DOORS[door](customer, 40) < 300
    assert kept() == MOST


def test_who_is_refused_is_told_which_quota_it_is(customer: Any, made: Any, full: None) -> None:
    for client, path in ((customer, ""), (made("mfilereadwrite"), ""), (made("dropbox"), "")):
        answer = client("PUT", f"{SERVICE}{path}c.txt", body=b"x" * 41)
        assert answer.status_int == 507
        assert answer.json["type"] == "urn:mserve:problem:quota"
        told = {"of": "service", "metric": "disc_space", "most": MOST, "asked": 41, "opens": None}
        if client is customer:
            told |= {"name": "files", "used": 60}
        assert answer.json["quota"] == told, "how much is kept is for who may see usage"
        assert "60" not in answer.json["detail"]
    answer = customer("PUT", f"/dav{SERVICE}c.txt", body=b"x" * 41)
    assert b"<D:quota-not-exceeded/>" in answer.body


def test_no_byte_is_read_of_what_has_no_room(customer: Any, full: None) -> None:
    for path in (f"{SERVICE}c.txt", f"{SERVICE}a/b.txt", f"/dav{SERVICE}c.txt"):
        read: list[int] = []
        body = Interrupted(b"x" * (1 << 17), lambda read=read: read.append(1))
        answer = customer("PUT", path, environ={"wsgi.input": body, "CONTENT_LENGTH": str(1 << 17)})
        assert (answer.status_int, read) == (507, [])


def test_a_copy_counts_as_much(customer: Any, full: None, kept: Any, stored: Any) -> None:
    before = stored()
    assert customer.json("POST", f"{SERVICE}a/-/copy", {"name": "c"}).status_int == 507
    headers = {"Destination": f"/dav{SERVICE}c"}
    assert customer("COPY", f"/dav{SERVICE}a", headers=headers).status_int == 507
    assert stored() == before


def test_a_move_within_a_service_costs_nothing(
    customer: Any, admin: Any, full: None, kept: Any, db: Any
) -> None:
    assert customer.json("PATCH", f"{SERVICE}a", {"name": "c"}).status_int == 200
    assert customer.json("PATCH", f"{SERVICE}c/b.txt", {"parent": SERVICE}).status_int == 200
    assert kept() == 60
    admin.json("POST", "/demo/", {"name": "other", "properties": {"quota": 59}})

    def move(site: Any) -> None:
        ingest.move(node_at(site, f"{FILES}/b.txt"), node_at(site, "demo/other"), "c")

    with pytest.raises(OverQuota):
        database.run(db, move)
    admin.json("PATCH", "/demo/other/", {"properties": {"quota": 60}})
    database.run(db, move)
    assert kept() == 0


def test_removing_is_never_blocked_and_what_is_in_the_trash_counts(
    customer: Any, full: None, limit: Any, kept: Any, see: Any
) -> None:
    limit(10)
    assert put(customer, f"{SERVICE}c.txt", 1) == 507
    assert put(customer, f"{SERVICE}empty", 0) == 201
    assert customer("DELETE", f"{SERVICE}a/b.txt").status_int == 204
    assert put(customer, f"{SERVICE}c.txt", 1) == 507
    [trashed] = customer("GET", f"{SERVICE}-/trash").json["items"]
    assert customer("POST", trashed["url"]).status_int == 200, "it has been counted all the time"
    customer("DELETE", f"{SERVICE}a/b.txt")
    [trashed] = customer("GET", f"{SERVICE}-/trash").json["items"]
    assert customer("DELETE", trashed["url"]).status_int == 204
    assert kept() == 0
    assert put(customer, f"{SERVICE}c.txt", 10) == 201


def test_versions_count_and_what_they_free_does_not(
    customer: Any, admin: Any, full: None, kept: Any, db: Any
) -> None:
    assert put(customer, f"{SERVICE}a/b.txt", 41) == 507
    admin.json("PATCH", SERVICE, {"properties": {"versions": 0}})
    assert put(customer, f"{SERVICE}a/b.txt", 100) == 200
    assert kept() == 100
    assert put(customer, f"{SERVICE}a/b.txt", 101) == 507
    admin.json("PATCH", SERVICE, {"properties": {"versions": 1}})
    assert put(customer, f"{SERVICE}a/b.txt", 1) == 507
    assert [*check(db, Scope())] == []


def test_a_reserved_file_is_filled_within_it(customer: Any, full: None) -> None:
    assert put(customer, f"/dav{SERVICE}new.txt", 0) == 201
    assert put(customer, f"/dav{SERVICE}new.txt", 41) == 507
    assert put(customer, f"/dav{SERVICE}new.txt", 40) == 204


def test_the_provider_sets_it_and_nobody_else(customer: Any, admin: Any, made: Any) -> None:
    service = made("serviceadmin", by=admin)
    for client, status in ((service, 400), (made("containeradmin", "/demo/", by=admin), 200)):
        answer = client.json("PATCH", SERVICE, {"properties": {"quota": 5}})
        assert answer.status_int == status
        assert status == 200 or "provider" in answer.json["faults"][0]["detail"]
    for bad in (-1, 1.5, "10", True, 1 << 61):
        assert admin.json("PATCH", SERVICE, {"properties": {"quota": bad}}).status_int == 400
    assert service("GET", f"{SERVICE}-/info").json["properties"]["quota"] == 5


def test_of_writers_at_once_no_more_are_stored_than_have_room(
    db: Any, customer: Any, full: None, limit: Any
) -> None:
    first, second = spool(db, b"x" * 30), spool(db, b"y" * 30)
    with writers(db, 2) as (one, other):
        for each, bytes, name in ((one, first, "c"), (other, second, "d")):
            ingest.create(node_at(each.site, FILES), name, bytes)
        one.commit()
        with pytest.raises(ConflictError):
            other.commit()
    with writers(db, 2) as (one, other):
        for each, name in ((one, "e"), (other, "f")):
            ingest.create(node_at(each.site, FILES), name, spool(db, b"zzzzz"))
        one.commit()
        other.commit()


def test_who_frees_meets_nobody() -> None:
    """Also where more is kept than may be by now."""

    def state(total: float, **limits: int) -> dict[str, Any]:
        return {"figures": {DISC_SPACE: Figure(total=total)}, "limits": {DISC_SPACE: 10, **limits}}

    merged = read_state(Usage()._p_resolveConflict(state(30), state(25), state(20)))
    assert merged["figures"][DISC_SPACE].total == 15
    with pytest.raises(ConflictError):
        Usage()._p_resolveConflict(state(30), state(25), state(31))
    lowered = {**state(3), "limits": {DISC_SPACE: 4}}
    with pytest.raises(ConflictError):
        Usage()._p_resolveConflict(state(3), lowered, state(5))
    merged = Usage()._p_resolveConflict(state(3), state(4), {**state(3), "limits": {}})
    assert merged["limits"] == {}


def test_drives_are_told_what_is_left(customer: Any, full: None, limit: Any) -> None:
    def available() -> int:
        name = f"{D}quota-available-bytes"
        answer = told(propfind(customer, f"/dav{SERVICE}a", name))
        return int(answer["/a/"].text(name))

    assert available() == 40
    limit(10)
    assert available() == 0
    limit(None)
    assert available() > 1000


def test_outputs_of_tasks_are_held_to_it(customer: Any, full: None, db: Any) -> None:
    def put(site: Any) -> None:
        service = node_at(site, FILES)
        content = spool(db, b"x" * 41).content()
        with pytest.raises(OverQuota):
            landing.put(landing.locate(service, ("new", "c.txt")), JobOutput("c", None, content))
        assert service.get("new") is None, "nothing is changed before"

    database.run(db, put)


def test_an_undone_change_of_it_is_undone_wholly(
    admin: Any, customer: Any, full: None, see: Any, limit: Any
) -> None:
    limit(1000)
    [last, *_] = admin("GET", f"{SERVICE}-/history").json["items"]
    answer = admin.json("POST", last["url"], {"undo": True})
    assert answer.status_int == 200, answer.json
    found = see(lambda site: (node_at(site, FILES).properties, node_at(site, FILES).usage.limits))
    assert found == ({"quota": MOST}, {DISC_SPACE: MOST})
    assert see(lambda site: quota.left(node_at(site, FILES))) == 40


def test_of_eight_clients_at_once_as_many_are_stored_as_have_room(
    customer: Any, full: None, kept: Any
) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = [f"{door}{SERVICE}new/{door[1:]}{n}.txt" for door in ("", "/dav") for n in range(4)]
        customer("PUT", f"{SERVICE}new/first", body=b"")
        statuses = sorted(pool.map(lambda path: put(customer, path, 13), paths))
    assert (statuses, kept()) == ([201] * 3 + [507] * 5, 99)
