"""Dropbox keys: whoever holds one adds files, gets a receipt for each, and sees no others."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import pytest
from webtest import TestApp

from mserve import attenuation, database
from mserve.resources import terms
from mserve.resources.caveats import Caveats
from mserve.resources.names import LIMIT
from tests.unit.conftest import Client
from tests.unit.support import form
from tests.unit.views.test_uploads import Tus

FILES = "/demo/files"
RECEIPTS = f"{FILES}/-/receipts"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=XX"}
LARGE = b"x" * (1 << 17)  # more than the express lane takes
NOTHING = {"type": "urn:mserve:problem:not-found"}


@pytest.fixture
def drop(app: TestApp, customer: Client) -> Any:
    """`drop()`: a client with a new dropbox key of the service, or of another node."""

    def make(node: str = FILES, **caveats: Any) -> Client:
        made = customer.json("POST", f"{node}/-/keys", {"role": "dropbox", **caveats})
        assert made.status_int == 201, made.text
        client = Client(app, made.json["key"])
        client.id = made.json["id"]
        return client

    return make


def put(client: Client, path: str, body: bytes = b"abc", **headers: str) -> Any:
    answer = client("PUT", f"{FILES}/{path}", body=body, headers=headers)
    assert answer.status_int == 201, answer.text
    return answer.json


def names(client: Client, url: str = f"{FILES}/") -> list[str]:
    return [each["name"] for each in client("GET", url).json["items"]]


def path_of(url: str) -> str:
    return url.removeprefix("http://localhost")


@pytest.mark.parametrize("body", [b"", b"abc", LARGE], ids=["empty", "small", "large"])
def test_a_deposit_has_a_receipt(drop: Any, customer: Client, body: bytes) -> None:
    stored = put(drop(), "photos/cat.jpg", body)
    receipt = stored["receipt"]
    assert receipt.keys() == {"sha256", "size", "received", "service", "signature"}
    assert (receipt["sha256"], receipt["size"]) == (sha256(body).hexdigest(), len(body))
    assert receipt["received"] == stored["created"]
    assert customer("GET", path_of(stored["url"])).body == body
    for client in (drop(), customer):
        assert client.json("POST", RECEIPTS, receipt).json == {"valid": True}


def test_what_tasks_say_of_a_deposit_is_for_others(drop: Any, customer: Client) -> None:
    one = drop()
    job = path_of(put(one, "cat.txt")["job"])
    html = {"Accept": "text/html"}
    assert one("GET", f"{job}/log").status_int == 404
    assert f"{job}/log" not in one("GET", job, headers=html).text
    assert f"{job}/log" in customer("GET", job, headers=html).text


def test_others_get_no_receipt(customer: Client) -> None:
    assert "receipt" not in put(customer, "cat.jpg")
    answer = customer("GET", f"{FILES}/cat.jpg/-/receipt")
    assert answer.status_int == 404
    assert "did not come by a dropbox key" in answer.json["detail"]


@pytest.mark.parametrize(
    "change",
    [
        {"size": 4},
        {"sha256": "0" * 64},
        {"received": "2026-11-27T00:00:00Z"},
        {"service": "0" * 32},
        {"signature": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_receipt_that_was_changed_is_not_valid(drop: Any, change: dict[str, Any]) -> None:
    client = drop()
    receipt = put(client, "cat.jpg")["receipt"]
    assert client.json("POST", RECEIPTS, {**receipt, **change}).json == {"valid": False}


@pytest.mark.parametrize(
    "change",
    [{"size": -1}, {"size": True}, {"sha256": "x"}, {"received": "then"}, {"signature": "\ud800"},
     {"service": None}, {"more": 1}],
    ids=str,
)  # fmt: skip
def test_what_is_no_receipt_is_refused(drop: Any, change: dict[str, Any]) -> None:
    client = drop()
    receipt = put(client, "cat.jpg")["receipt"]
    answer = client.json("POST", RECEIPTS, {**receipt, **change})
    assert answer.status_int == 400
    assert [each["place"] for each in answer.json["faults"]] == [f"/{next(iter(change))}"]


def test_a_receipt_is_of_one_service(drop: Any, admin: Client) -> None:
    receipt = put(drop(), "cat.jpg")["receipt"]
    assert admin.json("POST", "/demo/", {"name": "other"}).status_int == 201
    assert admin.json("POST", "/demo/other/-/receipts", receipt).json == {"valid": False}


def test_a_receipt_can_be_had_again(drop: Any, customer: Client) -> None:
    client = drop()
    stored = put(client, "cat.jpg")
    where = path_of(stored["links"]["receipt"])
    assert client("GET", where).json == customer("GET", where).json == stored["receipt"]
    assert drop()("GET", where).status_int == 404


def test_receipts_signed_by_a_former_secret_are_valid(
    drop: Any, app: TestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = drop()
    receipt = put(client, "cat.jpg")["receipt"]
    seal = app.app.registry.seal
    monkeypatch.setattr(seal, "_secrets", ["n" * 40, *seal._secrets])
    assert put(client, "cat.jpg")["receipt"]["signature"] != receipt["signature"]
    assert client.json("POST", RECEIPTS, receipt).json == {"valid": True}
    monkeypatch.setattr(seal, "_secrets", ["n" * 40])
    assert client.json("POST", RECEIPTS, receipt).json == {"valid": False}


# Names


def test_nothing_is_ever_replaced(drop: Any, customer: Client) -> None:
    put(customer, "cat.jpg", b"theirs")
    client = drop()
    for body in (b"one", LARGE, b"two"):
        put(client, "cat.jpg", body)
    assert names(client) == ["cat (4).jpg", "cat (3).jpg", "cat (2).jpg"]
    assert customer("GET", f"{FILES}/cat.jpg").body == b"theirs"
    assert customer("GET", f"{FILES}/cat (3).jpg").body == LARGE


def test_a_folder_and_a_file_in_the_way_are_passed_by(drop: Any, customer: Client) -> None:
    put(customer, "in/file", b"theirs")
    client = drop()
    assert put(client, "in")["name"] == "in (2)"
    assert path_of(put(client, "in/file/deep.txt")["url"]) == f"{FILES}/in/file%20(2)/deep.txt"
    assert path_of(put(client, "in/new.txt")["url"]) == f"{FILES}/in/new.txt"
    assert customer("GET", f"{FILES}/in/file").body == b"theirs"


def test_a_popular_name_is_found_a_place_for(drop: Any, customer: Client) -> None:
    client = drop()
    given = {put(client, "image.jpg")["name"] for _ in range(60)}
    assert len(given) == 60
    assert all(each.startswith("image") and each.endswith(".jpg") for each in given)


@pytest.mark.parametrize("name", ["x" * LIMIT, "%C3%A4" * (LIMIT // 2), f"x.{'y' * (LIMIT - 2)}"])
def test_a_long_name_is_cut(drop: Any, name: str) -> None:
    client = drop()
    given = [put(client, name)["name"] for _ in range(3)]
    assert given[0] == unquote(name)
    assert len({*given}) == 3
    assert all(len(each.encode()) <= LIMIT for each in given)


def test_a_name_that_no_file_can_have_is_refused(drop: Any) -> None:
    client = drop()
    for path in ("-", "a/-/b", "x" * (LIMIT + 1)):
        for body in (b"abc", LARGE):
            answer = client("PUT", f"{FILES}/{path}", body=body)
            assert answer.status_int in (400, 404), (path, answer.text)
    assert names(client) == []


# What they see


def test_each_sees_their_own(drop: Any, customer: Client) -> None:
    put(customer, "theirs.txt")
    one, two = drop(), drop()
    mine, other = put(one, "a/one.txt"), put(two, "a/two.txt")
    assert (names(one), names(two)) == (["one.txt"], ["two.txt"])
    assert one("GET", f"{FILES}/").json["total"] is None
    assert one("GET", f"{path_of(mine['url'])}/-/info").json["name"] == "one.txt"
    for path in (path_of(other["url"]), f"{FILES}/theirs.txt", f"{FILES}/a/"):
        assert one("GET", path).status_int == 404
        assert one("GET", f"{path}/-/info").status_int == 404
    assert customer("GET", f"{FILES}/").json["total"] == 2
    assert one("GET", path_of(mine["job"])).status_int == 200
    assert two("GET", path_of(mine["job"])).status_int == 404


def test_the_bytes_are_not_given_out(drop: Any) -> None:
    client = drop()
    stored = put(client, "one.txt")
    answer = client("GET", path_of(stored["url"]))
    assert answer.status_int == 403
    assert "dropbox" in answer.json["detail"]
    for name in ("content", "thumbnail"):
        assert client("GET", f"{path_of(stored['url'])}/-/{name}").status_int in (403, 404)
    for method in ("DELETE", "PATCH"):
        assert client(method, path_of(stored["url"])).status_int == 403


HIDDEN = [
    "theirs.txt", "theirs.txt/-/content", "theirs.txt/-/info", "folder/", "folder/-/uploads",
    "folder/-/keys", "theirs.txt/-/jobs", "theirs.txt/-/receipt", "folder/-/receipts",
]  # fmt: skip
FREE = [each.replace("theirs", "nobodys").replace("folder", "nofolder") for each in HIDDEN]


@pytest.mark.parametrize("met", [True, False])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_what_others_have_is_as_if_it_were_not_there(
    drop: Any, customer: Client, method: str, met: bool
) -> None:
    put(customer, "theirs.txt")
    put(customer, "folder/theirs.txt")
    client = drop(**({} if met else {"networks": ["192.0.2.0/24"]}))
    for there, free in zip(HIDDEN, FREE, strict=True):
        for options in ({}, {"headers": {"Accept": "text/html"}}):
            answers = [client(method, f"{FILES}/{each}", **options) for each in (there, free)]
            statuses = {each.status_int for each in answers}
            assert statuses == {404 if met else 403}, (there, statuses)
            told = [each.body.replace(there.encode(), free.encode()) for each in answers]
            assert told[0] == told[1]


def test_a_put_below_a_facet_tells_nothing(drop: Any, customer: Client) -> None:
    put(customer, "theirs.txt")
    client = drop()
    for there, free in zip(HIDDEN, FREE, strict=True):
        if "/-/" in there:
            answers = [
                client("PUT", f"{FILES}/{each}", body=body)
                for body in (b"abc", LARGE)
                for each in (there, free)
            ]
            assert len({(each.status_int, each.body) for each in answers}) == 1, there
    assert names(client) == []


def test_what_is_of_all_is_not_shown(drop: Any, customer: Client) -> None:
    put(customer, "theirs.txt")
    client = drop()
    for facet in ("info", "jobs", "search", "keys", "usage", "trash", "profiles", "rounds",
                  "schedules", "tasks", "audit", "history", "access", "jobs/events"):  # fmt: skip
        assert client("GET", f"{FILES}/-/{facet}").status_int == 404, facet
    assert client("GET", f"{FILES}/?format=zip").status_int in (403, 404)
    assert client.json("POST", f"{FILES}/-/batch", {"operations": []}).status_int == 404
    assert client.json("POST", f"{FILES}/-/keys", {"role": "dropbox"}).status_int == 404
    asked = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    taken = client("POST", f"{FILES}/", body=b"do=taken&name=theirs.txt", headers=asked)
    assert taken.json == {"taken": {}}


def test_an_attempt_on_anothers_file_is_recorded(
    drop: Any, customer: Client, app: TestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(customer, "theirs.txt")
    noted: list[Any] = []
    monkeypatch.setattr(app.app.registry.refusals, "note", noted.append)
    client = drop()
    client("GET", f"{FILES}/theirs.txt")
    client("GET", f"{FILES}/nobodys.txt")
    assert [(each.subject.path, each.status) for each in noted] == [("demo/files/theirs.txt", 404)]
    assert noted[0].asker.actor == f"key:{client.id}"


# Keys made of keys


def test_a_key_made_of_it_has_its_own(drop: Any, app: TestApp) -> None:
    parent = drop()
    one, two = (
        Client(app, attenuation.append(parent.key, terms.show(Caveats(accessspeed=speed))))
        for speed in (1000, 2000)
    )
    for client, name in ((parent, "p.txt"), (one, "one.txt"), (two, "two.txt")):
        put(client, name)
    assert names(one) == ["one.txt"]
    assert names(two) == ["two.txt"]
    assert names(parent) == ["two.txt", "one.txt", "p.txt"]
    assert one("GET", f"{FILES}/two.txt/-/info").status_int == 404
    assert parent("GET", f"{FILES}/two.txt/-/info").status_int == 200
    uploads = Tus(one)
    assert uploads.create(filename="piece.bin").status_int == 201
    assert two("HEAD", uploads.url, headers={"Tus-Resumable": "1.0.0"}).status_int == 404


def test_a_revoked_one_adds_nothing(drop: Any, customer: Client) -> None:
    client = drop()
    put(client, "one.txt")
    assert customer("DELETE", f"{FILES}/-/keys/{client.id}").status_int == 204
    assert client("PUT", f"{FILES}/two.txt", body=b"abc").status_int == 404
    assert customer("GET", f"{FILES}/two.txt").status_int == 404


def test_it_is_for_services_and_folders(customer: Client, admin: Client) -> None:
    put(customer, "one.txt")
    for client, node in ((customer, f"{FILES}/one.txt"), (admin, "/demo"), (admin, "")):
        answer = client.json("POST", f"{node}/-/keys", {"role": "dropbox"})
        assert answer.status_int == 400
        assert answer.json["faults"][0]["place"] == "/role"


def test_of_a_folder_it_adds_there_alone(drop: Any, customer: Client) -> None:
    put(customer, "in/theirs.txt")
    client = drop(f"{FILES}/in")
    assert put(client, "in/theirs.txt")["name"] == "theirs (2).txt"
    for path in ("in", "cat.jpg", "other/cat.jpg"):
        for body in (b"abc", LARGE):
            answer = client("PUT", f"{FILES}/{path}", body=body)
            assert answer.status_int in (404, 409), (path, answer.text)
    assert names(customer) == ["in"]
    assert names(client, f"{FILES}/in/") == ["theirs (2).txt"]
    below = client.app.get(f"/k/{client.key}/", headers={"Accept": "application/json"})
    assert [each["url"] for each in below.json["items"]] == [
        f"http://localhost/k/{client.key}/theirs%20(2).txt"
    ]


# Other ways to add, and what becomes of files


def test_a_form_of_files(drop: Any, customer: Client) -> None:
    put(customer, "a.txt")
    client = drop()
    body = form(("a.txt", b"1"), ("b/a.txt", b"2"))
    answer = client("POST", f"{FILES}/", body=body, headers=MULTIPART)
    assert answer.status_int == 201
    assert [each["name"] for each in answer.json["items"]] == ["a (2).txt", "a.txt"]
    for each in answer.json["items"]:
        assert client.json("POST", RECEIPTS, each["receipt"]).json == {"valid": True}
    assert client.json("POST", f"{FILES}/", {"type": "folder", "name": "x"}).status_int == 403
    unpacked = client("POST", f"{FILES}/?unpack=zip", body=b"PK", headers=MULTIPART)
    assert unpacked.status_int == 403
    assert names(customer) == ["a (2).txt", "a.txt", "b"]


def test_an_upload_in_pieces(drop: Any, customer: Client) -> None:
    put(customer, "big.bin")
    client = drop()
    tus = Tus(client)
    assert tus.create(filename="big.bin", relativePath="big.bin").status_int == 201
    other = drop()("HEAD", tus.url, headers={"Tus-Resumable": "1.0.0"})
    assert other.status_int == 404
    length = int(tus.head().headers["Upload-Length"])
    answer = tus.patch(0, b"x" * length)
    assert answer.status_int == 204, answer.text
    assert path_of(answer.headers["Mserve-Location"]) == f"{FILES}/big%20(2).bin"
    receipt = client("GET", path_of(answer.headers["Mserve-Receipt"])).json
    assert receipt["sha256"] == sha256(b"x" * length).hexdigest()


def test_pages_of_their_own(drop: Any, customer: Client) -> None:
    client, other = drop(), drop()
    for number in range(5):
        put(client, f"{number}.txt")
        put(other, f"other-{number}.txt")
    customer("DELETE", f"{FILES}/3.txt")
    found, url = [], f"{FILES}/?limit=2"
    while url:
        page = client("GET", path_of(url)).json
        assert len(page["items"]) <= 2
        found += [each["name"] for each in page["items"]]
        url = page["next"]
    assert found == ["4.txt", "2.txt", "1.txt", "0.txt"]


def test_what_is_replaced_is_theirs_no_more(drop: Any, customer: Client) -> None:
    client = drop()
    stored = put(client, "one.txt")
    assert customer("PUT", f"{FILES}/one.txt", body=b"redacted").status_int == 200
    assert names(client) == []
    assert client("GET", f"{FILES}/one.txt/-/info").status_int == 404
    assert customer("POST", f"{FILES}/one.txt/-/versions/1").status_int == 200
    assert names(client) == ["one.txt"]
    assert customer.json("PATCH", f"{FILES}/one.txt", {"name": "moved.txt"}).status_int == 200
    assert names(client) == ["moved.txt"]
    assert client("GET", f"{FILES}/moved.txt/-/receipt").json == stored["receipt"]


def test_what_is_gone_for_good_is_forgotten(drop: Any, customer: Client, see: Any) -> None:
    client = drop()
    put(client, "one.txt")
    customer("DELETE", f"{FILES}/one.txt")
    assert names(client) == []
    [trashed] = customer("GET", f"{FILES}/-/trash").json["items"]
    assert see(lambda site: len(site.deposits.page(client.id, 9))) == 1
    assert customer("DELETE", path_of(trashed["url"])).status_int == 204
    assert see(lambda site: site.deposits.page(client.id, 9)) == []


def test_a_copy_is_nobodys(drop: Any, customer: Client) -> None:
    client = drop()
    put(client, "one.txt")
    answer = customer.json("POST", f"{FILES}/one.txt/-/copy", {"name": "copy.txt"})
    assert answer.status_int == 201
    assert names(client) == ["one.txt"]


def test_a_decision_is_explained(drop: Any, customer: Client, admin: Client) -> None:
    put(customer, "theirs.txt")
    client = drop()
    put(client, "mine.txt")
    for method, path, allowed, by in (
        ("GET", "theirs.txt/-/info", False, "own"),
        ("GET", "theirs.txt/-/content", False, "role"),
        ("GET", "mine.txt/-/info", True, None),
        ("PUT", "theirs.txt", True, None),
        ("PUT", "mine.txt", True, None),
    ):
        asked = {"key": client.id, "method": method, "path": path}
        told = admin.json("POST", f"{FILES}/-/access", asked).json
        assert told["allowed"] == allowed, told
        assert {each["by"] for each in told["verdicts"]} == {by}


def test_who_reaches_a_file_are_its_depositor_and_no_other(drop: Any, admin: Client) -> None:
    one, two = drop(), drop()
    put(one, "mine.txt")
    found = admin("GET", f"{FILES}/mine.txt/-/access").json["items"]
    assert one.id in {each["key"] for each in found}
    assert two.id not in {each["key"] for each in found}


def test_the_page_has_the_form_and_their_own(drop: Any, customer: Client) -> None:
    put(customer, "theirs.txt")
    client = drop()
    stored = put(client, "mine.txt")
    page = client("GET", f"{FILES}/", headers={"Accept": "text/html"})
    assert page.status_int == 200
    assert "mine.txt" in page.text
    assert "theirs.txt" not in page.text
    assert 'id="upload"' in page.text
    assert "Jobs</a>" not in page.text
    file = client("GET", path_of(stored["url"]), headers={"Accept": "text/html"})
    assert "/-/receipt" in file.text
    assert "Download" not in file.text


def test_two_at_once_get_two_names(drop: Any, app: TestApp, db: Any) -> None:
    client = drop()
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(lambda _: put(client, "same.txt")["name"], range(16))]
    assert len({*found}) == 16
    kept = database.run(db, lambda site: len(site.deposits.page(client.id, 99)))
    assert kept == 16
    assert client("GET", f"{FILES}/?limit=100").json["next"] is None
