"""Paths are walked to on pages, without a script; what was typed before stays."""

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from mserve.views.html import walking

HTML = {"Accept": "text/html"}
FORM = {**HTML, "Content-Type": "application/x-www-form-urlencoded"}
FILES = "/demo/files/"
TRY = f"{FILES}-/profiles/default/explain"
TASK = f"{FILES}-/profiles/default/workflows/ingest/sets/0/tasks/0"


@pytest.fixture
def tree(customer: Any) -> Any:
    for path in ("trips/2024/sea.jpg", "trips/notes.txt", "other/a.txt", "top.txt"):
        customer("PUT", f"{FILES}{path}", body=path.encode())
    return customer


def page(client: Any, url: str, status: int = 200) -> Any:
    answer = client("GET", url, headers=HTML)
    assert answer.status_int == status, answer.body
    return answer.html


def steps(shown: Any) -> list[str]:
    return [each.text.strip() for each in shown.find(class_="walk")(["a", "button"])]


def step(shown: Any, name: str) -> str:
    """The address that a step of that name leads to."""
    found = next(e for e in shown.find(class_="walk")(["a", "button"]) if e.text.strip() == name)
    return str(found.get("href") or found["formaction"]).partition("#")[0]


def post(client: Any, url: str, status: int = 303, **fields: str) -> Any:
    body = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
    answer = client("POST", url, body=body.encode(), headers=FORM)
    assert answer.status_int == status, answer.body
    return answer


def test_one_walks_to_the_folder_that_a_file_is_moved_to(tree: Any, settings: Any) -> None:
    copy = f"{FILES}trips/notes.txt/-/copy"
    shown = page(tree, copy)
    assert shown.find(id="parent")["value"] == "demo/files/trips" and steps(shown) == ["2024"]
    shown = page(tree, f"{copy}?at=")
    assert steps(shown) == ["other", "trips"]
    shown = page(tree, step(shown, "other"))
    into = shown.find(id="parent")["value"]
    answer = post(tree, copy, do="move", parent=into, name="read.txt")
    assert answer.location.endswith("/other/read.txt")
    undo = page(tree, answer.location).find(class_="flash").form
    sent = {each["name"]: each["value"] for each in undo("input")}
    back = post(tree, urlsplit(undo["action"]).path, **sent)
    assert back.location.endswith("/trips/notes.txt")


def test_a_copy_is_made_where_a_path_was_typed(tree: Any) -> None:
    answer = post(tree, f"{FILES}trips/-/copy", do="copy", parent="demo/files/other", name="t")
    assert answer.location.endswith("/other/t/")
    assert tree("GET", f"{FILES}other/t/2024/sea.jpg").body == b"trips/2024/sea.jpg"
    post(tree, f"{FILES}trips/-/copy", 409, do="copy", parent="demo/nowhere", name="t")
    post(tree, f"{FILES}trips/-/copy", 409, do="move", parent="demo/files/trips/2024", name="t")


def test_a_folder_does_not_lead_into_itself(tree: Any) -> None:
    assert steps(page(tree, f"{FILES}trips/-/copy")) == ["other"]


def test_who_may_not_change_is_not_asked_where_to(tree: Any, stranger: Any) -> None:
    key = tree.json("POST", f"{FILES}trips/-/keys", {"role": "mfilereadonly"}).json["key"]
    shown = page(stranger, f"/k/{key}/2024/-/copy")
    assert not shown.find(value="move")
    assert "Move or copy" not in page(stranger, f"/k/{key}/2024/").text


def test_a_walk_ends_where_the_path_does(tree: Any) -> None:
    shown = page(tree, f"{FILES}top.txt/-/copy?at=trips/gone/further")
    assert shown.find(id="parent")["value"] == "demo/files/trips"


def test_what_is_not_found_by_name_is_said(tree: Any) -> None:
    shown = page(tree, f"{FILES}top.txt/-/copy?at=&find=zzz")
    assert "Nothing is found here" in shown.text and not shown.find(class_="walk")


def test_more_than_are_shown_are_told_of(tree: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "MOST", 1)
    shown = page(tree, f"{FILES}top.txt/-/copy?at=")
    assert steps(shown) == ["other"] and "The first 1 are shown" in shown.text


def test_a_workflow_is_tried_on_a_file_that_was_walked_to(tree: Any) -> None:
    shown = page(tree, f"{TRY}?workflow=update&path=&name=&mimetype=text/x&at=")
    assert steps(shown) == ["other", "top.txt", "trips"]
    shown = page(tree, step(shown, "trips"))
    assert shown.find(id="mimetype")["value"] == "text/x"
    chosen = step(shown, "notes.txt")
    assert parse_qs(urlsplit(chosen).query)["workflow"] == ["update"]
    shown = page(tree, chosen)
    assert shown.find(id="path")["value"] == "trips/notes.txt" and shown.find(id="result")
    assert not shown.find(class_="walk")


def test_the_form_of_a_task_keeps_what_was_typed_while_one_walks(admin: Any, tree: Any) -> None:
    shown = page(admin, TASK)
    opening = next(e["formaction"] for e in shown("button") if e.get("formaction")).partition("#")[
        0
    ]
    typed = {"do": "check", "version": "1", "task": "mime", "condition": "mfile.size > 3"}
    shown = post(admin, opening, 200, **typed).html
    assert steps(shown) == ["other", "top.txt", "trips"]
    shown = post(admin, step(shown, "trips"), 200, **typed).html
    shown = post(admin, step(shown, "notes.txt"), 200, **typed).html
    assert shown.find(id="path")["value"] == "trips/notes.txt"
    assert shown.find(id="condition").text.strip() == "mfile.size > 3"
    assert shown.find(id="said").find(class_="state")["data-state"] == "runs"
