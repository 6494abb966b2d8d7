"""Locks seen and ended without WebDAV: listed, by whom they can be ended, and on pages."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from mserve import database
from mserve.resources.lock import covering, on
from tests.unit.conftest import Client
from tests.unit.locking import as_asker, lock_at, node_at

SERVICE, FILE, OTHER = "/demo/files", "/demo/files/in/a.txt", "/demo/files/b.txt"
HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def files(customer: Any) -> None:
    for path in (FILE, OTHER):
        assert customer("PUT", path, body=b"x").status_int == 201


@pytest.fixture
def locked(db: Any) -> Any:
    """`locked(path)`: how many locks are on it."""
    return lambda path=FILE: database.run(db, lambda site: len([*on(node_at(site, path))]))


def listed(client: Client, path: str) -> list[dict[str, Any]]:
    answer = client("GET", f"{path}/-/locks")
    assert answer.status_int == 200, answer.json
    return list(answer.json["items"])


def test_who_has_locked_what_and_until_when(customer: Client, db: Any) -> None:
    assert listed(customer, FILE) == []
    owner = '<D:owner xmlns:D="DAV:"><D:href>Anna &amp; Bo</D:href></D:owner>'
    made = lock_at(db, FILE, "key:anna", seconds=60, owner=owner)
    [shown] = listed(customer, FILE)
    where = f"http://localhost{FILE}"
    assert shown == {
        "id": made.id, "token": made.token, "url": f"{where}/-/locks/{made.id}", "node": where,
        "type": "mfile", "scope": "exclusive", "depth": "0", "owner": "Anna & Bo",
        "actor": "key:anna", "mine": False, "since": shown["since"], "until": shown["until"],
    }  # fmt: skip
    assert shown["since"] < shown["until"]
    assert customer("GET", shown["url"]).json == shown
    assert customer("GET", f"{FILE}/-/locks/{made.token}").json == shown
    for other in (f"{OTHER}/-/locks/{made.id}", f"{FILE}/-/locks/{'0' * 32}"):
        assert customer("GET", other).status_int == 404


def test_those_above_and_below_are_listed_page_by_page(customer: Client, db: Any) -> None:
    deep = lock_at(db, "/demo/files/in", "key:anna", deep=True, scope="shared")
    first = [lock_at(db, FILE, f"key:{n}", scope="shared") for n in range(3)]
    last = lock_at(db, OTHER, "key:anna")
    flat = lock_at(db, SERVICE, "key:anna")
    assert {each["id"] for each in listed(customer, FILE)} == {deep.id, *(f.id for f in first)}
    assert {each["id"] for each in listed(customer, OTHER)} == {last.id}
    seen, where = [], f"{SERVICE}/-/locks?limit=1"
    while where:
        answer = customer("GET", where).json
        seen += [each["id"] for each in answer["items"]]
        where = answer["next"] and urlsplit(answer["next"])._replace(scheme="", netloc="").geturl()
    assert seen[0] == flat.id
    assert sorted(seen) == sorted([flat.id, deep.id, last.id, *(each.id for each in first)])


def test_of_what_is_above_a_key_no_address_is_told(db: Any, made: Any) -> None:
    lock_at(db, SERVICE, "key:anna", deep=True)
    key = made("mfilereadonly", "/demo/files/in/").key
    client = Client(made("mfilereadonly").app, None)
    [shown] = listed(client, f"/k/{key}/a.txt")
    assert (shown["node"], shown["type"], shown["depth"]) == (None, "service", "infinity")
    assert "demo" not in str(shown)


@pytest.mark.parametrize("door", ["rest", "html"])
def test_who_has_made_it_ends_it_and_who_administers_the_place(
    customer: Client, made: Any, admin: Client, db: Any, locked: Any, door: str
) -> None:
    def ended(client: Client, id: str) -> int:
        url = f"{FILE}/-/locks/{id}"
        if door == "rest":
            return int(client("DELETE", url).status_int)
        form = {"body": b"do=unlock", "content_type": "application/x-www-form-urlencoded"}
        return int(client("POST", url, headers=HTML, **form).status_int)

    done = 204 if door == "rest" else 303
    writer, reader = made("mfilereadwrite"), made("mfilereadonly")
    lock = lock_at(db, FILE, f"key:{writer.id}")
    for client in (customer, reader, made("mfileowner")):
        assert ended(client, lock.id) == 403
        assert locked() == 1
    assert ended(writer, lock.id) == done
    assert (locked(), ended(writer, lock.id)) == (0, 404)
    for administrator in (made("serviceadmin", by=admin), admin):
        lock = lock_at(db, FILE, f"key:{writer.id}")
        assert ended(administrator, lock.id) == done
        assert locked() == 0
    below = made("serviceadmin", "/demo/files/in/", by=admin)
    lock = lock_at(db, SERVICE, "key:anna", deep=True)
    assert ended(below, lock.id) == 403, "what it is on is not theirs"
    assert ended(made("dropbox"), lock.id) == 404


def test_work_goes_on_once_it_is_ended(customer: Client, admin: Client, db: Any) -> None:
    lock = lock_at(db, FILE, "key:anna")
    assert customer("PUT", FILE, body=b"y").status_int == 423
    admin("DELETE", f"{FILE}/-/locks/{lock.id}")
    assert customer("PUT", FILE, body=b"y").status_int == 200
    [event, *_] = admin("GET", f"{FILE}/-/audit?action=unlock").json["items"]
    assert event["before"]["token"] == lock.token


def test_a_page_tells_of_it_and_lets_it_be_ended(
    customer: Client, admin: Client, made: Any, db: Any
) -> None:
    writer = made("mfilereadwrite")
    owner = "<a>&lt;b&gt;Anna</a>"
    lock_at(db, "/demo/files/in", f"key:{writer.id}", deep=True, owner=owner)
    for client, name, button in (
        (customer, "<b>Anna", False), (writer, "you", True), (admin, "<b>Anna", True),
    ):  # fmt: skip
        page = client("GET", FILE, headers=HTML)
        facts = page.html.find(id="facts").text
        assert f"by {name}, until" in " ".join(facts.split())
        forms = [each for each in page.html("form") if "/-/locks/" in each["action"]]
        assert len(forms) == button
    [form] = forms
    path = form["action"].removeprefix("http://localhost")
    assert admin("DELETE", path).status_int == 204
    assert "Locked" not in admin("GET", FILE, headers=HTML).html.find(id="facts").text


def test_a_lock_that_was_made_before_has_no_beginning(customer: Client, db: Any) -> None:
    lock_at(db, FILE, "key:anna")

    def forget(site: Any) -> None:
        [held] = covering(node_at(site, FILE))
        state = {name: value for name, value in vars(held.lock).items() if name != "since"}
        former = object.__new__(type(held.lock))
        vars(former).update(state)
        held.root.locking.locks = (former,)

    as_asker(db, "key:anna", set(), forget)
    assert listed(customer, FILE)[0]["since"] is None
