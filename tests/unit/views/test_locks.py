"""REST where a lock of WebDAV is: 423 without its token, and what the header If means."""

from typing import Any

import pytest

from mserve import database
from mserve.check import Scope, check
from mserve.errors import BadInput
from mserve.resources.lock import below
from mserve.resources.names import check_name
from mserve.views.if_header import Condition, Listed, parse
from tests.unit.locking import end, lock_at
from tests.unit.support import Interrupted, bearer, call, form

FILES = "/demo/files"
FILE = f"{FILES}/in/a.txt"
TUS = {"Tus-Resumable": "1.0.0"}
FORM = "multipart/form-data; boundary=XX"
BIG = b"x" * (1 << 17)  # too many bytes for the express lane


@pytest.fixture
def me(customer: Any) -> str:
    """The actor that the customer is."""
    customer("PUT", FILE, body=b"x")
    made = customer.json("POST", f"{FILES}/-/keys", {"role": "mfileowner"}).json
    return f"key:{made['parent']}"


WRITES: dict[str, Any] = {
    "small": lambda by, headers: by("PUT", FILE, body=b"y", headers=headers),
    "large": lambda by, headers: by("PUT", FILE, body=BIG, headers=headers),
    "content": lambda by, headers: by("PUT", f"{FILE}/-/content", body=b"y", headers=headers),
    "new": lambda by, headers: by("PUT", f"{FILES}/in/new.txt", body=b"y", headers=headers),
    "new, large": lambda by, headers: by("PUT", f"{FILES}/in/new.txt", body=BIG, headers=headers),
    "new, deep": lambda by, headers: by("PUT", f"{FILES}/in/d/e/f", body=b"y", headers=headers),
    "form": lambda by, headers: by(
        "POST", f"{FILES}/in/", body=form(("n.txt", b"x")), headers=headers, content_type=FORM),
    "folder": lambda by, headers: by.json(
        "POST", f"{FILES}/in/", {"type": "folder", "name": "f"}, **headers),
    "tus": lambda by, headers: by(
        "POST", f"{FILES}/in/-/uploads",
        headers={**TUS, "Upload-Length": "2", "Upload-Metadata": "filename YS50eHQ=", **headers}),
    "tus, new": lambda by, headers: by(
        "POST", f"{FILES}/in/-/uploads",
        headers={**TUS, "Upload-Length": "2", "Upload-Metadata": "filename bi50eHQ=", **headers}),
    "rename": lambda by, headers: by.json("PATCH", FILE, {"name": "b.txt"}, **headers),
    "metadata": lambda by, headers: by.json("PATCH", FILE, {"metadata": {"a": 1}}, **headers),
    "remove": lambda by, headers: by("DELETE", FILE, headers=headers),
    "remove the folder": lambda by, headers: by("DELETE", f"{FILES}/in/", headers=headers),
    "copy": lambda by, headers: by.json("POST", f"{FILE}/-/copy", {"name": "c.txt"}, **headers),
}  # fmt: skip
OF_FOLDER = {"new", "new, large", "new, deep", "form", "folder", "tus, new", "copy"}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_needs_the_token(db: Any, customer: Any, me: str, made: Any, name: str) -> None:
    """Refused it changes nothing, and says how long the lock lasts; with the token it goes."""
    write = WRITES[name]
    lock = lock_at(db, f"{FILES}/in" if name in OF_FOLDER else FILE, me, deep=False)
    before = customer("GET", f"{FILES}/in/").json
    other = made("mfileowner")
    given = {"If": f"(<{lock.token}>) (Not <DAV:no-lock>)"}
    for by, headers in ((customer, {}), (other, {}), (other, given)):
        answer = write(by, headers)
        assert answer.status_int == 423, answer.body
        assert answer.json["type"] == "urn:mserve:problem:lock-token-missing"
        assert "is locked until 20" in answer.json["detail"]
    assert customer("GET", f"{FILES}/in/").json == before
    assert write(customer, given).status_int in (200, 201, 204)


def test_a_batch_is_refused_where_a_lock_is(db: Any, customer: Any, me: str) -> None:
    lock_at(db, FILE, me)
    customer("PUT", f"{FILES}/b.txt", body=b"x")
    operations = [{"op": "remove", "path": "in/a.txt"}, {"op": "remove", "path": "b.txt"}]
    done = customer.json("POST", f"{FILES}/-/batch", {"operations": operations}).json["results"]
    assert [each["status"] for each in done] == [423, 200]


def test_a_lock_that_came_during_the_upload_counts(db: Any, customer: Any, me: str) -> None:
    headers = {**TUS, "Upload-Length": "2", "Upload-Metadata": "filename YS50eHQ="}
    where = customer("POST", f"{FILES}/in/-/uploads", headers=headers).headers["Location"]
    lock = lock_at(db, FILE, me)
    kind = "application/offset+octet-stream"
    piece = {**TUS, "Upload-Offset": "0"}
    answer = customer("PATCH", where, body=b"yz", headers=piece, content_type=kind)
    assert answer.status_int == 423
    given = {**TUS, "Content-Length": "0", "Upload-Offset": "2", "If": f"<{FILE}> (<{lock.token}>)"}
    answer = customer("PATCH", where, headers=given, content_type=kind)
    assert answer.status_int == 204
    assert customer("GET", FILE).body == b"yz"


def etag(customer: Any) -> str:
    return str(customer("GET", FILE).headers["ETag"])


HOLD = [
    "(<{token}>)",
    "(<{token}> [{etag}])",
    '(["other"]) (<{token}>)',
    "<http://localhost:80{file}> (<{token}>)",
    "<{file}> (<{token}>)",
    '<{file}> (["other"]) </demo/files/in/> (Not <{token}>)',
    "(Not <DAV:no-lock>) (<{token}>)",
    '(nOT ["other"] <{token}>)',
    "(<{token}>Not<DAV:no-lock>)",
    "(<{token}>) (Not <DAV:no-lo",
    "</nowhere> (Not <{token}>)",
    "<{file}/nothing> (Not <{token}>)",
]
FAIL = [
    "(<DAV:no-lock>)",
    "(<DAV:no-lock> <{token}>)",
    '(<{token}> ["other"])',
    "(<{token}> [W/{etag}])",
    "(Not <{token}>)",
    "(Not [{etag}])",
    '(<{token}> ["other"]) (<{token}>',
    "</demo/files/other.txt> (<{token}>)",
    "<http://example.com{file}> (<{token}>)",
    "</demo/files/in/-/info> (<{token}>)",
]
BROKEN = [
    "", "<{token}>", "(<{token}>", "()", "{token}", "(<{token}>) <{file}> (<{token}>)",
    "({token})", "(Not)", "<{file}>", "(<{token}>), (<{token}>)", "([other])", "(Not Not <a:b>)",
    "(<>)", "(<{token}>) x",
]  # fmt: skip


def test_of_the_lists_one_must_hold(db: Any, customer: Any, me: str) -> None:
    lock = lock_at(db, FILE, me)
    for lists, status in ((HOLD, 200), (FAIL, 412), (BROKEN, 400)):
        for text in lists:
            told = text.format(token=lock.token, etag=etag(customer), file=FILE)
            answer = customer("PUT", FILE, body=b"y", headers={"If": told})
            assert answer.status_int == status, (told, answer.json)


@pytest.mark.parametrize("deep", [True, False])
def test_a_deep_lock_holds_where_nothing_is_yet(
    db: Any, customer: Any, me: str, deep: bool
) -> None:
    lock = lock_at(db, f"{FILES}/in", me, deep=deep)
    for name, status in (("new.txt", 201), ("newer/new.txt", 201)):
        answer = customer(
            "PUT", f"{FILES}/in/{name}", body=b"y", headers={"If": f"(<{lock.token}>)"}
        )
        assert answer.status_int == (status if deep else 412)
        tagged = {"If": f"<{FILES}/in> (<{lock.token}>)"}
        answer = customer("PUT", f"{FILES}/in/2{name}", body=b"y", headers=tagged)
        assert answer.status_int == status


def test_nothing_is_told_of_what_may_not_be_seen(
    db: Any, customer: Any, made: Any, me: str
) -> None:
    """A key for one folder learns nothing about another one from If."""
    lock = lock_at(db, FILE, me)
    customer("PUT", f"{FILES}/out/b.txt", body=b"x")
    other = made("mfileowner", f"{FILES}/out")
    headers = {"If": f"<{FILE}> (<{lock.token}>)"}
    assert other("PUT", f"{FILES}/out/b.txt", body=b"x", headers=headers).status_int == 412
    headers = {"If": f"<{FILE}> (Not <{lock.token}>)"}
    assert other("PUT", f"{FILES}/out/b.txt", body=b"x", headers=headers).status_int == 200


def test_a_path_may_hold_any_name(db: Any, customer: Any, me: str) -> None:
    name = check_name("a (b) <c> %25 é.txt")
    quoted = f"{FILES}/in/a%20(b)%20%3Cc%3E%20%2525%20%C3%A9.txt"
    customer("PUT", quoted, body=b"x")
    lock = lock_at(db, f"{FILES}/in/{name}", me)
    headers = {"If": f"<{quoted}> (<{lock.token}>)"}
    assert customer("PUT", quoted, body=b"y", headers=headers).status_int == 200


def test_below_a_key_in_the_path(db: Any, customer: Any, me: str) -> None:
    lock = lock_at(db, FILE, me)
    for start in (f"/k/{customer.key}", f"http://localhost/k/{customer.key}"):
        headers = {"If": f"<{start}/in/a.txt> (<{lock.token}>)"}
        url = f"/k/{customer.key}/in/a.txt"
        answer = customer.app.put(url, b"y", headers=headers, expect_errors=True)
        assert answer.status_int == 200


def test_a_header_is_read_as_the_grammar_has_it() -> None:
    assert parse('</a> (<t:1> NOT ["x"]) ([W/"y"])\t<http://h/b>(<t:2>)') == (
        Listed("/a", (Condition(False, "t:1", None), Condition(True, None, '"x"'))),
        Listed("/a", (Condition(False, None, 'W/"y"'),)),
        Listed("http://h/b", (Condition(False, "t:2", None),)),
    )
    with pytest.raises(BadInput, match="should be lists"):
        parse("(" * 50_000)


def test_a_refused_upload_reads_no_body(db: Any, app: Any, customer: Any, me: str) -> None:
    """Whoever sends gigabytes to a locked file is told at once."""
    lock_at(db, FILE, me)
    lock_at(db, f"{FILES}/in", me)
    body = Interrupted(BIG, lambda: pytest.fail("the body was read"))
    asked: dict[str, Any] = {**bearer(customer.key), "CONTENT_LENGTH": str(len(BIG))}
    for url in (FILE, f"{FILES}/in/new.txt"):
        assert call(app, "PUT", url, body, **asked).status_int == 423
    asked["CONTENT_TYPE"] = FORM
    assert call(app, "POST", f"{FILES}/in/", body, **asked).status_int == 423


@pytest.fixture
def newest(admin: Any) -> Any:
    """`newest(url)`: the URLs of the transactions that changed it."""
    return lambda url: [each["url"] for each in admin("GET", f"{url}/-/history").json["items"]]


@pytest.fixture
def idle(admin: Any) -> None:
    """The service does nothing with what comes."""
    for name in ("ingest", "update"):
        admin.json("PUT", f"{FILES}/-/profiles/default/workflows/{name}", {"sets": []})


def test_a_lock_is_not_in_the_way_of_undoing(
    idle: None, db: Any, customer: Any, admin: Any, me: str, newest: Any
) -> None:
    """One that has come and gone has changed nothing; one that is there wants its token."""
    customer("PUT", f"{FILES}/in/b.txt", body=b"kept")
    customer("PUT", FILE, body=b"other")
    [change, *_] = newest(FILE)
    lock, folder = lock_at(db, FILE, me), lock_at(db, f"{FILES}/in", me)
    for made, path in ((folder, f"{FILES}/in"), (lock, FILE)):
        assert admin.json("POST", change, {"undo": True}).status_int == 423
        end(db, path, made)
    again = lock_at(db, f"{FILES}/in/b.txt", me)
    assert admin.json("POST", change, {"undo": True}).status_int == 200
    assert customer("GET", FILE).body == b"x"
    assert again.id in {held.lock.id for held in database.run(db, held_below)}


def held_below(site: Any) -> list[Any]:
    return [*below(site["demo"]["files"])]


def test_an_undone_removal_brings_no_lock_back(
    idle: None, db: Any, customer: Any, admin: Any, me: str, newest: Any
) -> None:
    lock = lock_at(db, FILE, me)
    headers = {"If": f"(<{lock.token}>)"}
    assert customer("DELETE", FILE, headers=headers).status_int == 204
    [removal, *_] = newest(f"{FILES}/in")
    assert admin.json("POST", removal, {"undo": True}).status_int == 200
    assert customer("PUT", FILE, body=b"y").status_int == 200
    assert [str(each) for each in check(db, Scope())] == []


def test_making_a_lock_is_not_undone(idle: None, db: Any, admin: Any, me: str, newest: Any) -> None:
    lock_at(db, FILE, me, note=f"{me} LOCK {FILE}")
    [locking, *_] = newest(FILE)
    answer = admin.json("POST", locking, {"undo": True})
    assert answer.status_int == 409
    assert "it locked something" in answer.json["detail"]
