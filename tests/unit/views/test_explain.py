"""Explain: what a workflow would do with a file, without doing it."""

from typing import Any

import pytest

from tests.unit.support import holdings

WHERE = "/demo/files/-/profiles/default/explain"


def tasks(answer: Any) -> dict[str, tuple[str, bool]]:
    assert answer.status_int == 200, answer.body
    return {
        each["name"]: (each["queue"], each["runs"])
        for some in answer.json["sets"]
        for each in some["tasks"]
    }


def test_a_file_that_is_made_up(customer: Any, db: Any, settings: Any) -> None:
    before = holdings(db, settings.data)
    found = tasks(customer.json("POST", WHERE, {"file": {"mimetype": "image/png"}}))
    assert found["mime"] == ("normal", True)
    assert found["thumbnail"] == ("normal", True)
    found = tasks(customer.json("POST", WHERE, {"file": {"mimetype": "text/plain"}}))
    assert found["thumbnail"] == ("normal", False)
    assert holdings(db, settings.data) == before


def test_a_file_that_there_is(customer: Any) -> None:
    customer("PUT", "/demo/files/in/a.png", body=b"x", headers={"Content-Type": "image/png"})
    found = tasks(customer.json("POST", WHERE, {"path": "in/a.png", "workflow": "update"}))
    assert found["thumbnail"] == ("normal", True)


OWN = (
    {"task": "mime", "name": "always"},
    {"task": "mime", "name": "big", "condition": "mfile.size > 10"},
    {"task": "mime", "name": "odd", "condition": "mfile.metadata.x == 1"},
    {"task": "mime", "name": "soon", "queue": "priority"},
)


def test_why_is_told_with_the_queue(customer: Any, admin: Any) -> None:
    profile = {"workflows": {"own": {"sets": [{"name": "one", "tasks": [*OWN]}]}}}
    where = "/demo/files/-/profiles/own"
    assert admin.json("PUT", where, profile).status_int == 201
    asked = {"workflow": "own", "file": {"size": 11}}
    answer = customer.json("POST", f"{where}/explain", asked)
    assert tasks(answer) == {
        "always": ("normal", True), "big": ("normal", True), "odd": ("normal", False),
        "soon": ("priority", True),
    }  # fmt: skip
    why = {each["name"]: each["why"] for each in answer.json["sets"][0]["tasks"]}
    assert why["always"] == "it has no condition"
    assert why["big"] == "its condition is true"
    assert "mfile.metadata.x == 1" in why["odd"] and "fails" in why["odd"]
    assert answer.json["profile_version"] == 1


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "either"),
        ({"file": {}, "path": "a"}, "either"),
        ({"file": {"colour": "red"}}, "colour"),
        ({"file": {"size": "big"}}, "size"),
        ({"file": {}, "workflow": "nonsense"}, "ingest"),
        ({"file": {}, "more": 1}, "not a field"),
        ({"path": "/../x"}, ""),
    ],
)
def test_what_cannot_be_explained_is_told(customer: Any, document: Any, words: str) -> None:
    answer = customer.json("POST", WHERE, document)
    assert answer.status_int == 400
    assert words in str(answer.json)


def test_a_file_that_is_not_there(customer: Any) -> None:
    assert customer.json("POST", WHERE, {"path": "no/such"}).status_int == 404
