"""Schedules: checked whole with their profile, and shown with what comes next."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.conftest import Client
from tests.unit.support import Clock

DOCS = Path(__file__).parents[3] / "docs" / "tasks.md"
PROFILE = "/demo/files/-/profiles/default"
SCHEDULES = "/demo/files/-/schedules"
FETCH = {"task": "fetch", "arguments": {"url": "https://example.org/feed"}}
BERLIN = {"cron": "30 7 * * *", "timezone": "Europe/Berlin"}


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, "2026-11-27T12:00:00Z")


def put(client: Client, schedule: Any, *tasks: Any, name: str = "periodic") -> Any:
    workflow = {"sets": [{"tasks": [*tasks]}], "schedule": schedule}
    return client.json("PUT", PROFILE, {"workflows": {name: workflow}})


def schedules(client: Client) -> Any:
    return client("GET", SCHEDULES).json["items"]


def faults(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_int == 400
    return [(each["place"], each["detail"]) for each in answer.json["faults"]]


def test_a_schedule_is_shown_in_full(admin: Client, wall: Clock) -> None:
    answer = put(admin, BERLIN, FETCH)
    assert answer.status_int == 200
    whole = {**BERLIN, "missed": "collapse", "each": "service", "condition": "", "paused": False}
    assert answer.json["workflows"]["periodic"]["schedule"] == whole
    assert answer.json["workflows"]["ingest"]["schedule"] is None
    assert admin.json("PUT", PROFILE, answer.json).status_int == 200
    [shown] = schedules(admin)
    assert (shown["workflow"], shown["schedule"]) == ("periodic", whole)
    assert (shown["last"], shown["fault"]) == (None, None)
    assert shown["next"] == "2026-11-28T06:30:00.000000Z" == shown["following"][0]
    assert [each[8:16] for each in shown["following"]] == [
        "28T06:30", "29T06:30", "30T06:30", "01T06:30", "02T06:30",
    ]  # fmt: skip


def test_all_that_is_wrong_is_told_with_its_place(admin: Client, stored: Any) -> None:
    before = stored()
    schedule = {
        "cron": "61 7 * * *", "timezone": "Berlin", "missed": "late", "each": "day",
        "condition": "service.", "at": 7,
    }  # fmt: skip
    found = faults(put(admin, schedule, FETCH))
    assert [place.removeprefix("/workflows/periodic/schedule/") for place, _ in found] == [
        "cron", "timezone", "missed", "each", "condition", "at",
    ]  # fmt: skip
    assert schedules(admin) == []
    assert stored() == before


@pytest.mark.parametrize("schedule", [7, "30 7 * * *", [], {}, {"cron": None}])
def test_what_is_no_schedule(admin: Client, schedule: Any) -> None:
    [(place, _)] = faults(put(admin, schedule, FETCH))
    assert place.startswith("/workflows/periodic/schedule")


@pytest.mark.parametrize("name", ["ingest", "update", "access"])
def test_workflows_of_other_triggers_have_no_schedule(admin: Client, name: str) -> None:
    [(place, words)] = faults(put(admin, BERLIN, FETCH, name=name))
    assert place == f"/workflows/{name}/schedule"
    assert "not by the time" in words


def test_a_task_that_needs_a_file_is_refused_for_the_service(admin: Client) -> None:
    picky = {**FETCH, "condition": "mfile.size > 3"}
    schedule = {**BERLIN, "condition": 'mfile.name == "a"'}
    found = faults(put(admin, schedule, FETCH, {"task": "mime"}, picky, name="feed"))
    assert [place for place, _ in found] == [
        "/workflows/feed/schedule/condition",
        "/workflows/feed/sets/0/tasks/1/task",
        "/workflows/feed/sets/0/tasks/2/condition",
    ]
    assert "mime needs a file (command, fetch do not)" in found[1][1]
    assert put(admin, {**schedule, "each": "file"}, {"task": "mime"}, picky).status_int == 200


def test_the_tasks_tell_which_do_without_a_file(admin: Client) -> None:
    known = {each["name"]: each["needs_file"] for each in admin("GET", "/-/tasks").json["items"]}
    assert (known["fetch"], known["mime"]) == (False, True)


def test_a_changed_line_is_planned_anew_and_one_that_stays_is_not(
    admin: Client, wall: Clock
) -> None:
    put(admin, BERLIN, FETCH)
    wall.pass_by(60)
    put(admin, BERLIN, FETCH, {"task": "command", "arguments": {"command": "x"}})
    assert schedules(admin)[0]["next"] == "2026-11-28T06:30:00.000000Z"
    put(admin, {**BERLIN, "cron": "0 13 * * *", "timezone": "UTC"}, FETCH)
    assert [each["next"] for each in schedules(admin)] == ["2026-11-27T13:00:00.000000Z"]
    put(admin, None, FETCH)
    assert schedules(admin) == []


def test_a_workflow_without_tasks_starts_nothing(admin: Client) -> None:
    assert put(admin, BERLIN).status_int == 200
    assert schedules(admin) == []


def entries(see: Any) -> list[str]:
    return see(lambda site: [key.rpartition("-")[2] for key, _ in site.schedules.items()])


def test_another_profile_has_other_schedules(admin: Client, see: Any) -> None:
    put(admin, BERLIN, FETCH)
    workflow = {"sets": [{"tasks": [FETCH]}], "schedule": {"cron": "0 3 * * 0"}}
    other = {"workflows": {"weekly": workflow, "nightly": {**workflow}}}
    assert admin.json("PUT", "/demo/files/-/profiles/other", other).status_int == 201
    assert entries(see) == ["periodic"]
    admin.json("PATCH", "/demo/files/", {"profile": "other"})
    assert sorted(entries(see)) == ["nightly", "weekly"]
    assert [each["workflow"] for each in schedules(admin)] == ["nightly", "weekly"]
    admin.json("PATCH", "/demo/files/", {"profile": "default"})
    assert entries(see) == ["periodic"]


def test_nothing_starts_outside_the_times_of_the_service(
    admin: Client, wall: Clock, see: Any
) -> None:
    put(admin, BERLIN, FETCH)
    admin.json("PATCH", "/demo/files/", {"start": "2026-12-01T00:00:00Z"})
    assert schedules(admin)[0]["next"] == "2026-12-01T06:30:00.000000Z"
    admin.json("PATCH", "/demo/files/", {"end": "2026-12-03T06:30:00Z"})
    assert [each[:10] for each in schedules(admin)[0]["following"]] == ["2026-12-01", "2026-12-02"]
    admin.json("PATCH", "/demo/files/", {"start": None, "end": "2026-11-27T13:00:00Z"})
    assert (schedules(admin)[0]["next"], entries(see)) == (None, [])
    wall.set("2026-12-24T12:00:00Z")
    admin.json("PATCH", "/demo/files/", {"end": None})
    assert schedules(admin)[0]["next"] == "2026-12-25T06:30:00.000000Z"


def test_a_removed_service_starts_nothing(admin: Client, see: Any) -> None:
    put(admin, BERLIN, FETCH)
    assert entries(see) == ["periodic"]
    assert admin("DELETE", "/demo/files/?recursive=true").status_int == 204
    assert entries(see) == []


def test_a_moved_service_goes_on(admin: Client, see: Any) -> None:
    put(admin, BERLIN, FETCH)
    admin.json("POST", "/", {"name": "acme"})
    assert admin.json("PATCH", "/demo/files/", {"parent": "acme"}).status_int == 200
    assert entries(see) == ["periodic"]
    assert len(admin("GET", "/acme/files/-/schedules").json["items"]) == 1


def test_a_profile_has_at_most_a_hundred(admin: Client) -> None:
    workflow = {"sets": [{"tasks": [FETCH]}], "schedule": BERLIN}
    many = {"workflows": {f"feed-{n}": workflow for n in range(101)}}
    assert faults(admin.json("PUT", PROFILE, many))[0][0] == "/workflows"
    many["workflows"].pop("feed-0")
    assert admin.json("PUT", PROFILE, many).status_int == 200
    assert admin("GET", SCHEDULES).json["total"] == 100


def test_schedules_come_in_pages(admin: Client, customer: Client) -> None:
    workflow = {"sets": [{"tasks": [FETCH]}], "schedule": BERLIN}
    admin.json("PUT", PROFILE, {"workflows": {f"feed-{n}": workflow for n in range(3)}})
    page = customer("GET", f"{SCHEDULES}?limit=2").json
    assert [each["workflow"] for each in page["items"]] == ["feed-0", "feed-1"]
    last = customer("GET", page["next"]).json
    assert ([each["workflow"] for each in last["items"]], last["next"]) == (["feed-2"], None)


def test_the_examples_of_the_handbook_can_be_used(admin: Client) -> None:
    blocks = re.findall(r"```json\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    profile, round = (each for each in map(json.loads, blocks) if {*each} & {"workflows", "folder"})
    assert admin.json("PUT", PROFILE, profile).status_int == 200
    assert [each["workflow"] for each in schedules(admin)] == ["fixity", "periodic"]
    admin.json("POST", "/demo/files/", {"type": "folder", "name": round["folder"]})
    begun = admin.json("POST", "/demo/files/-/rounds", round | {"workflow": "fixity"})
    assert begun.status_int == 202
