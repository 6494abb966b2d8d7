"""Profiles are edited on pages: sets and tasks, versions, schedules; all without a script."""

import re
from typing import Any

import pytest

from tests.unit.support import Clock
from tests.unit.views.test_properties import Provider

PROFILES = "/demo/files/-/profiles"
OWN = f"{PROFILES}/own"
X = f"{OWN}/workflows/x"
JSON = {"Accept": "application/json"}


@pytest.fixture
def provider(admin: Any) -> Provider:
    """In whose service is the profile `own` with two sets, of two tasks and one."""
    tasks = [{"task": "mime"}, {"task": "checksum", "name": "sum"}]
    sets = [{"name": "first", "tasks": tasks}, {"name": "last", "tasks": [{"task": "verify"}]}]
    admin.json("PUT", OWN, {"workflows": {"x": {"sets": sets}}})
    return Provider(admin)


def sets(provider: Provider, workflow: str = "x") -> list[list[str]]:
    found = provider.client("GET", OWN, headers=JSON).json["workflows"][workflow]["sets"]
    return [[task["name"] for task in each["tasks"]] for each in found]


def version(provider: Provider, url: str = OWN) -> str:
    return str(provider.client("GET", url, headers=JSON).json["version"])


def edit(provider: Provider, below: str, do: str, status: int = 303, **fields: str) -> Any:
    """Sends a form as the page of the present version has it; follows where it leads."""
    sent = {"do": do, "version": version(provider), **fields}
    answer = provider.post(f"{OWN}{below}", status, **sent)
    return provider.page(answer.location) if status == 303 else answer


def draft(**fields: str) -> dict[str, str]:
    return {"task": "mime", "name": "", "condition": "", "queue": "", "retries": "2", "mfile": "",
            **fields}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "do", "order"),
    [
        ("0/tasks/1", "up", [["sum", "mime"], ["verify"]]),
        ("0/tasks/0", "up", [["mime", "sum"], ["verify"]]),
        ("0/tasks/1", "down", [["mime"], ["sum", "verify"]]),
        ("1/tasks/0", "up", [["mime", "sum", "verify"], []]),
        ("1/tasks/0", "down", [["mime", "sum"], ["verify"]]),
        ("0", "down", [["verify"], ["mime", "sum"]]),
        ("1", "up", [["verify"], ["mime", "sum"]]),
    ],
)
def test_sets_and_tasks_move_by_a_step(
    provider: Provider, place: str, do: str, order: list[list[str]]
) -> None:
    page = edit(provider, f"/workflows/x/sets/{place}", do)
    assert sets(provider) == order
    assert page.html.find(class_="moved")


def test_they_move_to_where_they_are_dragged(provider: Provider) -> None:
    edit(provider, "/workflows/x/sets/0/tasks/0", "move", set="1", to="1")
    assert sets(provider) == [["sum"], ["verify", "mime"]]
    edit(provider, "/workflows/x/sets/1", "move", to="0")
    assert sets(provider) == [["verify", "mime"], ["sum"]]
    edit(provider, "/workflows/x/sets/0/tasks/0", "move", 400, set="7", to="0")
    edit(provider, "/workflows/x/sets/0/tasks/0", "move", 400, set="0", to="x")


def test_what_was_removed_is_taken_back(provider: Provider) -> None:
    page = edit(provider, "/workflows/x/sets/0", "remove")
    assert sets(provider) == [["verify"]]
    undo = page.html.find("form", class_="undo")
    hidden = {each["name"]: each["value"] for each in undo("input")}
    back = provider.post(undo["action"], do="restore", **hidden)
    assert sets(provider) == [["mime", "sum"], ["verify"]]
    assert back.location.endswith("/workflows/x")
    assert provider.post(undo["action"], 412, do="restore", **hidden), "it is done already"


def test_sets_are_added_and_named(provider: Provider) -> None:
    edit(provider, "/workflows/x/sets", "add", name="more")
    page = edit(provider, "/workflows/x/sets/2", "save", name="most", on_failure="continue")
    assert "most" in page.html.text and "goes on after a failure" in page.html.text
    refused = edit(provider, "/workflows/x/sets/2", "save", 400, name="most", on_failure="what")
    assert '"stop" or "continue"' in refused.html.find(role="alert").text


def test_a_task_is_added_with_its_own_parameters(provider: Provider) -> None:
    form = provider.page(f"{X}/sets/1/tasks?task=thumbnail").html
    fields = {each["name"] for each in form(["input", "textarea", "select"]) if each.get("name")}
    assert {"argument-width", "argument-height", "argument-page"} <= fields
    page = edit(provider, "/workflows/x/sets/1/tasks", "save", **draft(
        task="thumbnail", name="small", condition="mfile.size > 10",
        **{"argument-width": "100", "argument-height": ""}))  # fmt: skip
    [task] = provider.client("GET", f"{X}/sets/1", headers=JSON).json["tasks"][1:]
    assert (task["name"], task["arguments"]) == ("small", {"width": 100})
    assert "mfile.size > 10" in page.html.find(id="at-1-1").text


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"task": "thumbnail", "argument-width": "wide"}, "arguments", "width should be"),
        ({"task": "thumbnail", "argument-width": "9999"}, "arguments", "from 1 to 4096"),
        ({"task": "email"}, "arguments", "to is missing"),
        ({"retries": "often"}, "retries-wrong", "whole number"),
        ({"mfile": "/../x"}, "mfile-wrong", "."),
        ({"queue": "fast"}, "queue-wrong", "should be a queue"),
        ({"condition": "mfile.size >"}, "said", "no CEL expression"),
    ],
)
def test_what_is_wrong_with_a_task_stands_beside_its_field(
    provider: Provider, fields: dict[str, str], place: str, words: str
) -> None:
    for do, status in (("save", 400), ("check", 200)):
        page = edit(provider, "/workflows/x/sets/0/tasks/0", do, status, **draft(**fields)).html
        assert words in page.find(id=place).text
        for name, value in fields.items():
            typed = page.find(id=name)
            assert value in (typed.get("value") or typed.text)
    assert sets(provider) == [["mime", "sum"], ["verify"]] and version(provider) == "1"


def test_a_condition_is_tried_on_a_file_as_it_is_typed(provider: Provider, customer: Any) -> None:
    customer("PUT", "/demo/files/photos/sea.txt", body=b"water")
    below = "/workflows/x/sets/0/tasks/0"
    for condition, path, words in (
        ("mfile.size > 1", "photos/sea.txt", "runs its condition is true"),
        ("mfile.size > 10", "photos/sea.txt", "skipped its condition is false"),
        ("mfile.metadata.who == 'me'", "photos/sea.txt", "its condition fails"),
        ("mfile.size > 1", "nothing.txt", "there is no file"),
        ("mfile.size > 1", "", "can be used"),
        ("file.size > 1", "", "file is not known"),
    ):
        page = edit(provider, below, "check", 200, **draft(condition=condition, path=path)).html
        said = " ".join(page.find(id="said").get_text(" ", strip=True).split())
        assert words in said
    assert "photos/sea.txt" in str(provider.page(f"{OWN}{below}").html.find(id="files"))


def test_a_change_that_nobody_saw_is_not_overwritten(provider: Provider) -> None:
    fields = {"version": "1", **draft(condition="mfile.size > 1")}
    edit(provider, "/workflows/x/sets/0/tasks/1", "remove")
    page = provider.post(f"{X}/sets/0/tasks/0", 412, do="save", **fields).html
    assert "changed meanwhile" in page.find(role="alert").text
    assert page.find(id="condition").text.strip() == "mfile.size > 1"
    assert page.find("input", {"name": "version"})["value"] == "2"
    provider.post(f"{X}/sets/0/tasks/0", do="save", **{**fields, "version": "2"})
    for below, do in (("/sets/0", "up"), ("", "remove"), ("/sets", "add")):
        refused = provider.post(f"{X}{below}", 412, do=do, version="1", name="n").html
        assert "changed meanwhile" in refused.find(role="alert").text
    assert version(provider) == "3"


def test_the_whole_is_edited_as_yaml(provider: Provider) -> None:
    text = provider.page(OWN).html.find(id="yaml").text.lstrip("\n")
    changed = text.replace("name: sum", "name: md5").replace("\n", "\r\n")
    edit(provider, "", "yaml", yaml=changed)
    assert sets(provider) == [["mime", "md5"], ["verify"]]
    wrong = text.replace("task: mime", "task: mine")
    page = edit(provider, "", "yaml", 400, yaml=wrong).html
    assert re.search(r"should be a task.*\(line \d+, column \d+\)", page.find(role="alert").text)
    assert page.find(id="yaml").text.strip() == wrong.strip()
    page = edit(provider, "", "yaml", 400, yaml="a: [").html
    assert "no YAML" in page.find(role="alert").text


def test_workflows_and_profiles_come_and_go(provider: Provider) -> None:
    page = edit(provider, "", "add", name="nightly")
    assert page.html.h1.text == "nightly"
    assert edit(provider, "", "add", 409, name="nightly").html.find(role="alert")
    edit(provider, "/workflows/nightly", "remove")
    made = provider.post(PROFILES, do="make", name="copy", beginning="own")
    assert provider.page(made.location).html.find("a", string="x")
    assert provider.post(PROFILES, 409, do="make", name="copy", beginning="").html.find(
        role="alert"
    )
    provider.post(PROFILES, 400, do="make", name="other", beginning="nothing")
    provider.post(f"{PROFILES}/copy", do="use")
    assert provider.json("/demo/files/")["profile"] == "copy"
    refused = provider.post(f"{PROFILES}/copy", 409, do="remove")
    assert "uses the profile" in refused.html.find(role="alert").text
    provider.post(OWN, do="remove")
    provider.page(OWN, 404)


def test_versions_are_compared_and_restored(provider: Provider) -> None:
    edit(provider, "/workflows/x/sets/0/tasks/1", "remove")
    edit(provider, "/workflows/x/sets/0", "save", name="start", on_failure="stop")
    listed = provider.page(f"{OWN}/versions").html
    assert [a.text for a in listed.find("table")("a", class_="name")] == [
        "Version 3", "Version 2", "Version 1"]  # fmt: skip
    page = provider.page(f"{OWN}/versions/1").html
    assert any("sum" in each.text for each in page("del")) and page("ins")
    page = provider.page(f"{OWN}/versions/1?with=2").html
    assert not page("ins") and "From version 1 to version 2" in page.text
    assert "do the same" in provider.page(f"{OWN}/versions/2?with=2").html.text
    provider.page(f"{OWN}/versions/2?with=9", 400)
    provider.post(f"{OWN}/versions/1", 412, do="restore", version="1")
    provider.post(f"{OWN}/versions/1", do="restore", version="3")
    assert sets(provider) == [["mime", "sum"], ["verify"]] and version(provider) == "4"


def test_a_workflow_is_explained_on_a_file_or_one_that_is_made_up(
    provider: Provider, customer: Any
) -> None:
    customer("PUT", "/demo/files/a.txt", body=b"water")
    place = f"{PROFILES}/default/explain?workflow=ingest"
    page = provider.page(f"{place}&path=a.txt").html
    told = {
        each.find(class_="what").get_text(" ", strip=True) for each in page("li", class_="step")
    }
    assert any(each.startswith("runs mime") for each in told)
    assert any(each.startswith("skipped thumbnail") for each in told)
    page = provider.page(f"{place}&mimetype=image/png&size=2+MiB").html
    assert "runs thumbnail" in page.get_text(" ", strip=True)
    assert provider.page(f"{place}&path=nothing").html.find(role="alert")
    assert provider.page(f"{place}&size=big").html.find(role="alert")
    assert provider.page(f"{PROFILES}/default/explain").html.find(id="result") is None


def test_the_next_runs_are_shown_before_a_schedule_is_saved(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch, "2026-10-24T12:00:00Z")
    fields = {"cron": "30 2 * * *", "timezone": "Europe/Berlin", "missed": "skip", "each": "file",
              "condition": ""}  # fmt: skip
    page = edit(provider, "/workflows/x", "check", 200, **fields).html
    runs = [each.text for each in page.find(id="coming")("li")]
    assert runs[:2] == ["Sun 25 Oct 2026, 02:30", "Mon 26 Oct 2026, 02:30"] and len(runs) == 5
    for change, words in (
        ({"cron": "nonsense"}, "five fields"),
        ({"timezone": "Middle/Earth"}, "time zone"),
        ({"each": "service"}, "needs a file"),
        ({"condition": "mfile.size >"}, "no CEL"),
    ):
        page = edit(provider, "/workflows/x", "check", 200, **{**fields, **change}).html
        assert words in page.find(id="coming").text
        page = edit(provider, "/workflows/x", "schedule", 400, **{**fields, **change}).html
        assert words in page.find(role="alert").text
    assert version(provider) == "1"
    provider.client.json("PATCH", "/demo/files/", {"end": "2026-10-26T00:00:00Z"})
    page = edit(provider, "/workflows/x", "check", 200, **fields).html
    assert len(page.find(id="coming")("li")) == 1, "those within the times of the service"


def test_schedules_are_listed_paused_and_removed(provider: Provider) -> None:
    provider.post(OWN, do="use")
    page = provider.page("/demo/files/-/schedules").html
    assert "Nothing starts by the clock yet" in page.text and page.find("a", string="x")
    fields = {"cron": "30 7 * * *", "timezone": "Asia/Tokyo", "missed": "collapse", "each": "file",
              "condition": ""}  # fmt: skip
    edit(provider, "/workflows/x", "schedule", **fields)
    page = provider.page("/demo/files/-/schedules").html
    assert len(page.find("ol", class_="runs")("li")) == 5 and "Asia/Tokyo" in page.text
    page = edit(provider, "/workflows/x", "pause", back="schedules").html
    assert "paused" in page.text and page.find("ol", class_="runs") is None
    [told] = provider.client("GET", "/demo/files/-/schedules", headers=JSON).json["items"]
    assert (told["next"], told["schedule"]["paused"]) == (None, True)
    edit(provider, "/workflows/x", "schedule", **{**fields, "cron": "0 8 * * *"})
    [told] = provider.client("GET", "/demo/files/-/schedules", headers=JSON).json["items"]
    assert told["next"] is None, "it pauses still"
    page = edit(provider, "/workflows/x", "resume", back="schedules").html
    assert page.find("ol", class_="runs")
    page = edit(provider, "/workflows/x", "unschedule", back="schedules").html
    undo = page.find("form", class_="undo")
    hidden = {each["name"]: each["value"] for each in undo("input")}
    back = provider.page(provider.post(undo["action"], do="restore", **hidden).location).html
    assert "0 8 * * *" in back.text


def test_who_may_only_look_is_offered_no_change(provider: Provider, customer: Any) -> None:
    reader = Provider(customer)
    for place in (PROFILES, OWN, X, f"{X}/sets/0/tasks/0", f"{OWN}/versions/1",
                  "/demo/files/-/schedules"):  # fmt: skip
        page = reader.page(place).html
        allowed = [form for form in page("form", method="post") if not form.find_parent("footer")]
        assert not [
            f for f in allowed if f.find("button") and not f.find("fieldset", disabled=True)
        ]
    reader.post(f"{X}/sets/0", 403, do="remove", version="1")
    reader.page(f"{X}/sets/0/tasks?task=mime", 403)


def test_a_containers_profile_is_edited_in_the_same_way(provider: Provider) -> None:
    assert "no profile of its own" in provider.page("/demo/-/profiles").html.text
    made = provider.post("/demo/-/profiles", do="make", name="films", beginning="transcode")
    place = f"{made.location}/workflows/ingest"
    page = provider.page(place).html
    assert page.find(id="at-2-0")
    fields = {"do": "remove", "version": "1"}
    assert provider.post(f"{place}/sets/2", **fields).location.endswith("was=1")
    assert provider.page(f"{place}/sets/0/tasks/0").html.find(id="path") is None
    page = provider.page(f"{made.location}/explain?workflow=ingest&mimetype=video/mp4").html
    assert "runs video_metadata" in page.get_text(" ", strip=True)
    answer = provider.client.json("POST", "/demo/", {"name": "new", "profile": "films"})
    assert answer.status_int == 201
