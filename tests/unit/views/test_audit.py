"""The audit log as its door shows it: who did what, of a node and of all below it."""

import csv
import io
import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mserve import ingest
from mserve.resources import asker, audit, audit_pages
from mserve.resources.audit import Action
from tests.unit.support import Clock, bearer, call
from tests.unit.tasks.support import wait_for
from tests.unit.vaults import Hands

FILES = "/demo/files"
LINES = {"Accept": "application/x-ndjson"}
HTML = {"Accept": "text/html"}


def events(client: Any, place: str = FILES, query: str = "") -> list[dict[str, Any]]:
    answer = client("GET", f"{place}/-/audit{query}")
    assert answer.status_int == 200, answer.json
    return list(answer.json["items"])


def actions(client: Any, place: str = FILES, query: str = "") -> list[str]:
    return [each["action"] for each in events(client, place, query)]


def test_an_event_tells_who_did_what_with_which_node(admin: Any, customer: Any) -> None:
    environ = {**bearer(customer.key), "REMOTE_ADDR": "192.0.2.7", "CONTENT_LENGTH": "1"}
    file = call(customer.app, "PUT", f"{FILES}/a.txt", b"x", **environ)
    [event] = events(admin, f"{FILES}/a.txt")
    assert (event["action"], event["path"], event["node"]) == (
        "create", "demo/files/a.txt", file.json["id"],
    )  # fmt: skip
    assert (event["door"], event["address"], event["refused"]) == ("rest", "192.0.2.7", False)
    assert event["actor"].startswith("key:")
    assert event["after"] == {"type": "mfile", "size": 1, "sha256": file.json["sha256"]}


def test_a_file_has_its_own_story_newest_first(admin: Any, customer: Any) -> None:
    customer("PUT", f"{FILES}/a.txt", body=b"x")
    customer("PUT", f"{FILES}/b.txt", body=b"x")
    customer("PUT", f"{FILES}/a.txt", body=b"xy")
    customer.json("PATCH", f"{FILES}/a.txt", {"metadata": {"title": "secret title"}})
    customer.json("PATCH", f"{FILES}/a.txt", {"name": "c.txt"})
    found = events(admin, f"{FILES}/c.txt")
    assert [each["action"] for each in found] == ["move", "change", "replace", "create"]
    assert [each["path"].rpartition("/")[2] for each in found] == ["c.txt", *["a.txt"] * 3]
    assert found[2]["before"]["size"] == 1
    assert found[2]["after"]["size"] == 2
    assert found[1]["after"] == {"metadata": "title"}
    assert "secret title" not in json.dumps(found)


def test_what_was_there_before_the_transaction_is_in_the_index(admin: Any, customer: Any) -> None:
    """Two of one file in one transaction, of which the first made it."""
    names = [{"op": "copy", "path": "a.txt", "name": "b.txt"},
             {"op": "move", "path": "b.txt", "name": "c.txt"}]  # fmt: skip
    customer("PUT", f"{FILES}/a.txt", body=b"x")
    customer.json("POST", f"{FILES}/-/batch", {"operations": names})
    assert sorted(actions(admin, f"{FILES}/c.txt")) == ["create", "move"]


def test_deep_has_all_below_and_nothing_beside(admin: Any, customer: Any) -> None:
    customer("PUT", f"{FILES}/in/a.txt", body=b"x")
    customer("PUT", f"{FILES}/out/b.txt", body=b"x")
    inside = events(admin, f"{FILES}/in", "?deep=true")
    assert [(each["path"], each["action"]) for each in inside] == [
        ("demo/files/in", "create"), ("demo/files/in/a.txt", "create"),
    ]  # fmt: skip
    customer.json("PATCH", f"{FILES}/in", {"name": "moved"})
    customer("DELETE", f"{FILES}/moved/a.txt")
    found = actions(admin, f"{FILES}/moved", "?deep=true")
    assert found == ["remove", "move", "create", "create"]
    assert len(events(admin, "", "?deep=true")) > len(events(admin, "/demo", "?deep=true")) > 4


@pytest.mark.parametrize("deep", ["true", "false"])
def test_pages_lead_on_to_the_end(admin: Any, customer: Any, deep: str) -> None:
    customer("PUT", f"{FILES}/a.txt", body=b"x")
    for number in range(4):
        customer.json("PATCH", f"{FILES}/a.txt", {"metadata": {"n": number}})
    whole = [each["id"] for each in events(admin, f"{FILES}/a.txt")]
    assert len({*whole}) == 5
    found, address = [], f"{FILES}/a.txt/-/audit?limit=2&deep={deep}&door=rest"
    while address:
        answer = admin("GET", address).json
        assert len(answer["items"]) <= 2
        found += [each["id"] for each in answer["items"]]
        address = answer["next"]
    assert found == whole


def test_events_of_one_transaction_go_over_pages(admin: Any, customer: Any) -> None:
    customer("PUT", f"{FILES}/1/2/3/a.txt", body=b"x")
    found, address = [], f"{FILES}/-/audit?limit=1&deep=true&actor={_actor(admin)}"
    while address:
        answer = admin("GET", address).json
        found += [each["path"].rpartition("/")[2] for each in answer["items"]]
        address = answer["next"]
    assert found == ["1", "2", "3", "a.txt"]


def _actor(admin: Any) -> str:
    return str(events(admin, f"{FILES}/1")[0]["actor"])


def test_a_page_looks_at_so_many_events_alone(
    admin: Any, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pages, "LOOKS", 3)
    customer("PUT", f"{FILES}/first.txt", body=b"x")
    for number in range(7):
        customer("PUT", f"{FILES}/{number}.txt", body=b"x")
    address, pages, found = f"{FILES}/-/audit?deep=true&action=key-make", 0, 0
    while address:
        answer = admin("GET", address).json
        address, pages, found = answer["next"], pages + 1, found + len(answer["items"])
    assert pages > 2
    assert found == 2


def test_filters(admin: Any, customer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    time = Clock(monkeypatch, "2027-03-01T12:00:00Z")
    customer("PUT", f"{FILES}/a.txt", body=b"x")
    time.pass_by(40 * 86_400)
    customer("PUT", f"{FILES}/a.txt", body=b"y")
    time.pass_by(1)
    admin("DELETE", f"{FILES}/a.txt")
    admin("POST", admin("GET", f"{FILES}/-/trash").json["items"][0]["url"])

    def asked(query: str) -> list[str]:
        found = actions(admin, f"{FILES}/a.txt", f"?{query}")
        assert actions(admin, f"{FILES}/a.txt", f"?{query}&deep=true") == found
        return found

    assert sorted(asked("")) == ["create", "remove", "replace", "restore"]
    assert asked("until=2027-03-01T12:00:00Z") == ["create"]
    assert asked("until=2027-03-01T11:59:59Z") == []
    assert sorted(asked("since=2027-03-02T00:00:00Z")) == ["remove", "replace", "restore"]
    assert asked("since=2027-03-02T00:00:00Z&until=2027-04-10T12:00:00Z") == ["replace"]
    assert asked("action=replace") == ["replace"]
    assert asked("door=dav") == []
    assert asked("refused=true") == []
    assert len(asked("refused=false")) == 4
    mine = events(admin, f"{FILES}/a.txt", "?action=remove")[0]["actor"]
    assert sorted(asked(f"actor={mine}")) == ["remove", "restore"]


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "until=1", "since=", "action=", "deep=", "action=fly",
     "door=window", "refused=maybe", "deep=1",
     "cursor=x", "cursor=zzzzzzzzzzzzzzzz-00000000.00", "limit=0"],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(admin: Any, query: str) -> None:
    answer = admin("GET", f"{FILES}/-/audit?{query}")
    assert answer.status_int == 400
    assert query.partition("=")[0] in answer.json["detail"]


def test_lines_hold_all_that_pages_hold(admin: Any, customer: Any) -> None:
    for number in range(30):
        customer("PUT", f"{FILES}/{number}.txt", body=b"x")
    answer = admin("GET", f"{FILES}/-/audit?deep=true&action=create", headers=LINES)
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    found = [json.loads(line) for line in answer.body.splitlines()]
    assert found == events(admin, FILES, "?deep=true&action=create&limit=1000")
    assert len(found) == 31


def test_lines_go_on_over_many_looks(
    admin: Any, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pages, "LOOKS", 4)
    for number in range(9):
        customer("PUT", f"{FILES}/{number}.txt", body=b"x")
    answer = admin("GET", f"{FILES}/-/audit?deep=true&action=create", headers=LINES)
    assert len(answer.body.splitlines()) == 10
    assert admin("HEAD", f"{FILES}/-/audit", headers=LINES).status_int == 200


@pytest.mark.parametrize("role", ["servicecustomer", "mfileowner", "mfilereadonly", "renditions"])
def test_who_may_not_see_it_is_told(made: Any, role: str) -> None:
    client = made(role)
    for headers in ({}, LINES, HTML):
        assert client("GET", f"{FILES}/-/audit", headers=headers).status_int == 403


def test_an_auditor_sees_events_and_no_content(admin: Any, customer: Any, made: Any) -> None:
    customer("PUT", f"{FILES}/a.txt", body=b"x")
    auditor = made("auditor")
    assert actions(auditor, f"{FILES}/a.txt") == ["create"]
    assert auditor("GET", f"{FILES}/a.txt/-/content").status_int == 403


def test_below_a_key_paths_tell_nothing_of_what_is_above(
    app: Any, admin: Any, customer: Any, made: Any
) -> None:
    customer("PUT", f"{FILES}/hidden/in/a.txt", body=b"x")
    customer.json("PATCH", f"{FILES}/hidden/in", {"name": "out", "parent": "demo/files"})
    auditor = made("auditor", f"{FILES}/out")
    answer = app.get(f"/k/{auditor.key}/-/audit?deep=true")
    shown = [(each["action"], each["path"]) for each in answer.json["items"]]
    assert shown == [("key-make", ""), ("move", ""), ("create", ""), ("create", "a.txt")]
    assert "hidden" not in answer.text
    assert "demo" not in answer.text


def test_the_page_shows_events_and_filters_them(app: Any, admin: Any, customer: Any) -> None:
    customer("PUT", f"{FILES}/a%3Cb%3E.txt", body=b"x")
    customer("PUT", f"{FILES}/b.txt", body=b"x")
    page = admin("GET", f"{FILES}/-/audit?deep=true&limit=1", headers=HTML)
    assert "/demo/files/b.txt" in page.text
    onward = page.html.find("a", rel="next")["href"]
    page = admin("GET", onward, headers=HTML)
    assert "a&lt;b&gt;.txt" in page.text
    filtered = admin("GET", f"{FILES}/-/audit?action=key-make&actor=&since=", headers=HTML)
    assert [row.find_all("td")[1].text for row in filtered.html.find_all("tr")[1:]] == [
        "key-make"
    ] * 2
    nothing = admin("GET", f"{FILES}/-/audit?action=purge&refused=true", headers=HTML)
    assert "Nothing was recorded here" in nothing.text
    assert f'{FILES}/-/audit"' in admin("GET", f"{FILES}/", headers=HTML).text
    assert "-/audit" not in customer("GET", f"{FILES}/", headers=HTML).text


def test_the_first_keys_come_by_a_command(admin: Any) -> None:
    [event] = events(admin, "", "?action=key-make")
    assert (event["actor"], event["door"]) == ("system", "cli")


def test_who_shares_a_transaction_has_events_of_its_own(
    app: Any, admin: Any, customer: Any, made: Any
) -> None:
    """Uploads that wait at the same moment are stored by the thread of one of them."""
    clients = [made("mfilereadwrite") for _ in range(6)]
    group = app.app.registry.group
    threads = [
        Thread(target=client, args=("PUT", f"{FILES}/{number}.txt"), kwargs={"body": b"x"})
        for number, client in enumerate(clients)
    ]
    with group.lock.held():
        for thread in threads:
            thread.start()
        wait_for(lambda: len(group._waiting) >= len(clients) - 1)
    for thread in threads:
        thread.join()
    found = [events(admin, f"{FILES}/{number}.txt") for number in range(len(clients))]
    assert [each["actor"] for [each] in found] == [f"key:{client.id}" for client in clients]
    assert len({each["id"].partition(".")[0] for [each] in found}) < len(clients)


def test_files_of_outputs_are_the_tasks_doing(
    admin: Any, customer: Any, db: Any, settings: Any
) -> None:
    outputs = {"task": "text_extract", "mfile": "{stem}.out"}
    workflows = {"ingest": {"sets": [{"tasks": [outputs]}]}}
    assert (
        admin.json("PUT", f"{FILES}/-/profiles/default", {"workflows": workflows}).status_int == 200
    )
    customer("PUT", f"{FILES}/a.txt", body=b"words of a text", content_type="text/plain")
    hands = Hands(db, settings)
    hands.runner.store = ingest.store_outputs
    assert hands.work()[0] == "text_extract done"
    [event] = events(admin, f"{FILES}/a.out")
    assert (event["actor"], event["door"]) == ("task:text_extract", "task")


def test_long_texts_and_paths_are_cut(admin: Any, customer: Any) -> None:
    way = "/".join(str(number) * 250 for number in range(5))
    customer("PUT", f"{FILES}/{way}/a.txt", body=b"x")
    [event] = events(admin, f"{FILES}/{way}/a.txt")
    assert event["path"].startswith(audit.CUT)
    assert event["path"].endswith("/a.txt")
    assert len(event["path"]) <= audit.LONGEST_PATH + 1
    assert audit.short({"a": "x" * 300, "b": [1], "c": 1.5}) == {
        "a": "x" * audit.LONGEST + audit.CUT, "b": "[1]", "c": 1.5,
    }  # fmt: skip


def test_events_are_found_by_a_part_of_their_path(admin: Any, customer: Any) -> None:
    for path in ("trip/Sea.jpg", "trip/sky.jpg", "sea.txt"):
        customer("PUT", f"{FILES}/{path}", body=b"x")
    found = [each["path"] for each in events(admin, FILES, "?deep=true&path=SEA")]
    assert found == ["demo/files/sea.txt", "demo/files/trip/Sea.jpg"]
    assert events(admin, FILES, "?deep=true&path=demo/files/x") == []
    below = [each["path"] for each in events(admin, f"{FILES}/trip", "?deep=true&path=s")]
    assert len(below) == 2, "of the path from the place on alone, and not of what is above it"
    assert events(admin, f"{FILES}/trip", "?deep=true&path=files") == []


def test_all_of_it_is_taken_along_as_a_table_and_as_lines(admin: Any, customer: Any) -> None:
    for number in range(3):
        customer("PUT", f"{FILES}/={number}.txt", body=b"x")
    url = f"{FILES}/-/audit?deep=true&action=create&path=.txt"
    answer = admin("GET", f"{url}&format=csv")
    assert answer.content_type == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = [*csv.DictReader(io.StringIO(answer.text))]
    assert [row["path"] for row in rows] == [f"demo/files/={n}.txt" for n in (2, 1, 0)]
    assert json.loads(rows[0]["after"])["size"] == 1
    lines = admin("GET", f"{url}&format=ndjson").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]
    page = admin("GET", f"{url}&until=2999-01-01T00:00", headers={"Accept": "text/html"})
    link = page.html.find("a", string="CSV")["href"]
    assert admin("GET", link, headers={"Accept": "text/html"}).text == answer.text
    assert admin("GET", f"{url}&format=xls").status_int == 400


def test_each_action_and_door_is_described() -> None:
    text = (Path(__file__).parents[3] / "docs" / "audit.md").read_text()
    assert [each for each in Action if f"| `{each}` |" not in text] == []
    assert [each for each in asker.DOORS if f"`{each}`" not in text] == []
