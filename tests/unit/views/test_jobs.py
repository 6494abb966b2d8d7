"""Jobs and profiles over REST: what is wrong is told with its place, and starts nothing."""

from typing import Any

import jsonschema
import pytest

from mserve import database
from mserve.resources.run import JobOutput
from mserve.tasks import attempts, engine
from mserve.tasks.claim import Ended, Failed, Finished, Taker
from mserve.tasks.confine import Meter
from mserve.tasks.confined import Spent
from mserve.tasks.forms import schema
from mserve.tasks.outcome import Outcome, Output
from mserve.tasks.registry import TaskRegistry
from tests.unit.support import spool

FILES = "/demo/files"
JOBS = f"{FILES}/a/-/jobs"
PROFILE = f"{FILES}/-/profiles/default"


@pytest.fixture
def file(customer: Any) -> Any:
    return customer("PUT", f"{FILES}/a", body=b"bytes").json


def refused(answer: Any, status: int = 400) -> Any:
    assert answer.status_int == status, answer.body
    assert answer.content_type == "application/problem+json"
    return answer.json


def test_an_upload_starts_its_workflow(customer: Any, file: Any) -> None:
    job = customer("GET", file["job"]).json
    assert (job["state"], job["trigger"], job["workflow"]) == ("queued", "ingest", "ingest")
    assert job["mfile"] == file["url"] and file["state"] == "processing"
    assert [each["name"] for each in job["sets"]] == ["identify", "derive"]
    assert job["sets"][0]["tasks"][0]["state"] == "queued"
    assert {each["state"] for each in job["sets"][1]["tasks"]} == {"waiting"}
    assert [each["id"] for each in customer("GET", JOBS).json["items"]] == [job["id"]]
    assert [each["id"] for each in customer("GET", f"{FILES}/-/jobs").json["items"]] == [job["id"]]


def test_a_task_or_workflow_runs_by_hand(customer: Any, file: Any) -> None:
    for document in (
        {"task": "mime"}, {"task": "checksum", "arguments": {"algorithm": "md5"}},
        {"task": "mime", "queue": "priority"}, {"workflow": "update"},
        {"workflow": "ingest", "queue": "priority"},
    ):  # fmt: skip
        answer = customer.json("POST", JOBS, document)
        assert answer.status_int == 202, answer.json
        assert answer.headers["Location"] == answer.json["url"]
        assert answer.json["trigger"] == "manual"
        assert customer("GET", answer.json["url"]).json["id"] == answer.json["id"]


WRONG: list[tuple[Any, str, str]] = [
    ({}, "", "workflow"), ({"task": "mime", "workflow": "ingest"}, "", "either"),
    ({"task": "nonsense"}, "/task", "checksum"), ({"task": 5}, "/task", "should be a task"),
    ({"task": ["mime"]}, "/task", "should be a task"),
    ({"workflow": "nonsense"}, "", "ingest"), ({"workflow": 5}, "", ""),
    ({"workflow": "periodic"}, "", "no tasks"),
    ({"workflow": "ingest", "queue": "nonsense"}, "/queue", "normal, priority"),
    ({"workflow": "ingest", "arguments": {}}, "/arguments", "not a field"),
    ({"task": "mime", "queue": "nonsense"}, "/queue", "normal, priority"),
    ({"task": "mime", "queue": ["normal"]}, "/queue", "should be a queue"),
    ({"task": "mime", "queue": {}}, "/queue", "should be a queue"),
    ({"task": "mime", "arguments": []}, "/arguments", "object"),
    ({"task": "mime", "arguments": {"x": 1}}, "/arguments", "unknown argument"),
    ({"task": "thumbnail", "arguments": {"width": "wide"}}, "/arguments", "whole number"),
    ({"task": "checksum", "arguments": {"algorithm": "rot13"}}, "/arguments", "one of"),
    ({"task": "mime", "more": 1}, "/more", "not a field"),
]  # fmt: skip


def test_what_cannot_run_is_refused(customer: Any, file: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    for document, place, words in WRONG:
        with subtests.test(str(document)):
            problem = refused(customer.json("POST", JOBS, document))
            assert words in problem["detail"]
            if place:
                assert place in [each["place"] for each in problem["faults"]]
            assert stored() == before


def test_jobs_run_on_files_alone(customer: Any, file: Any, stored: Any) -> None:
    before = stored()
    assert "file" in refused(customer.json("POST", f"{FILES}/-/jobs", {"task": "mime"}))["detail"]
    assert stored() == before


def test_a_job_is_found_where_it_ran_and_nowhere_else(customer: Any, file: Any) -> None:
    other = customer("PUT", f"{FILES}/b", body=b"x").json
    id = file["job"].rpartition("/")[2]
    assert customer("GET", f"{FILES}/-/jobs/{id}").json["id"] == id
    assert customer("GET", f"{FILES}/b/-/jobs/{id}").status_int == 404
    for wrong in (file["id"], other["id"], "x", id[:-1], f"{id}-0-0"):
        assert customer("GET", f"{JOBS}/{wrong}").status_int == 404
        assert customer("GET", f"{FILES}/-/jobs/{wrong}").status_int == 404


def test_jobs_are_listed_newest_first_in_pages(customer: Any, file: Any) -> None:
    made = [customer.json("POST", JOBS, {"task": "mime"}).json["id"] for _ in range(7)]
    expected = [*reversed(made), file["job"].rpartition("/")[2]]
    for url in (JOBS, f"{FILES}/-/jobs"):
        for limit in (1, 3, 8, 100):
            seen, ahead = [], f"{url}?limit={limit}"
            while ahead:
                page = customer("GET", ahead).json
                seen += [each["id"] for each in page["items"]]
                ahead = page["next"]
            assert seen == expected


def test_outputs_are_fetched_by_their_place(customer: Any, file: Any, db: Any) -> None:
    from pathlib import Path

    job = customer.json("POST", JOBS, {"task": "mime"}).json["id"]
    made = spool(db, b"<b>report</b>")
    outcome = Outcome({"n": 1}, {}, (Output("report", Path("x"), "text/html"),))

    def act(site: Any) -> None:
        assert attempts.claim(site, f"{job}-0-0", 1, Taker("w", 15))
        ended = Ended(f"{job}-0-0", 1, Finished(outcome, 1, (made,)))
        assert attempts.finish(site, [ended]) == [True]
        engine.advance(site, job)

    database.run(db, act)
    made.discard()
    shown = customer("GET", f"{JOBS}/{job}").json
    assert (shown["state"], shown["percent"]) == ("done", 100)
    [output] = shown["sets"][0]["tasks"][0]["outputs"]
    got = customer("GET", output["url"])
    assert got.body == b"<b>report</b>"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert customer("GET", f"{JOBS}/{job}/outputs/report").body == b"<b>report</b>"
    assert customer("GET", f"{JOBS}/{job}/outputs/0-0-nothing").status_int == 404
    assert customer("GET", f"{JOBS}/{job}/outputs/nothing").status_int == 404
    assert customer("GET", f"{JOBS}/{job}/outputs").status_int == 404
    assert customer("GET", f"{JOBS}/{job}/nothing").status_int == 404


def test_a_name_that_two_outputs_have_is_of_neither(customer: Any, file: Any, db: Any) -> None:
    job = customer.json("POST", JOBS, {"workflow": "ingest"}).json["id"]

    def act(site: Any) -> None:
        one, two = (JobOutput("same", "text/plain", site.ids[job].content) for _ in "ab")
        site.run(f"{job}-0-0").outputs = (one, two)

    database.run(db, act)
    assert customer("GET", f"{JOBS}/{job}/outputs/same").status_int == 404
    assert customer("GET", f"{JOBS}/{job}/outputs/0-0-same").body == b"bytes"


def workflow(*tasks: Any, **terms: Any) -> Any:
    return {"workflows": {"ingest": {"sets": [{"tasks": [*tasks], **terms}]}}}


SET, TASK = "/workflows/ingest/sets/0", "/workflows/ingest/sets/0/tasks/0"
FAULTS: list[tuple[Any, list[str]]] = [
    ({}, ["/workflows"]), ({"workflows": []}, ["/workflows"]),
    ({"workflows": {"a": 5}}, ["/workflows/a"]), ({"workflows": {"a": {}}}, ["/workflows/a/sets"]),
    ({"workflows": {"a/b~c": {"sets": 5}}}, ["/workflows/a~1b~0c/sets"]),
    ({"workflows": {"ingest": {"sets": [5]}}}, [SET]),
    (workflow(on_failure="retry"), [f"{SET}/on_failure"]), (workflow(name=5), [f"{SET}/name"]),
    (workflow(5), [TASK]), (workflow({}), [f"{TASK}/task"]),
    (workflow({"task": "nonsense"}), [f"{TASK}/task"]), (workflow({"task": []}), [f"{TASK}/task"]),
    (workflow({"task": "mime", "queue": "gpu"}), [f"{TASK}/queue"]),
    (workflow({"task": "mime", "queue": []}), [f"{TASK}/queue"]),
    (workflow({"task": "mime", "retries": -1}), [f"{TASK}/retries"]),
    (workflow({"task": "mime", "retries": True}), [f"{TASK}/retries"]),
    (workflow({"task": "mime", "arguments": {"x": 1}}), [f"{TASK}/arguments"]),
    (workflow({"task": "mime", "condition": "(((("}), [f"{TASK}/condition"]),
    (workflow({"task": "mime", "condition": 5}), [f"{TASK}/condition"]),
    (workflow({"task": "mime", "condition": "file.size > 1"}), [f"{TASK}/condition"]),
    (workflow({"task": "mime", "condition": "system('ls')"}), [f"{TASK}/condition"]),
    (
        workflow(
            {"task": "x", "condition": "(", "queue": "y", "more": 1},
            {"task": "mime", "retries": "z"},
        ),
        [f"{TASK}/task", f"{TASK}/condition", f"{TASK}/queue", f"{TASK}/more",
         f"{SET}/tasks/1/retries"],
    ),
]  # fmt: skip


def test_a_profile_is_checked_whole(admin: Any, stored: Any, subtests: Any) -> None:
    before = stored()
    former = admin("GET", PROFILE).json
    for document, places in FAULTS:
        for url in (PROFILE, f"{FILES}/-/profiles/new"):
            with subtests.test(f"{url} {document}"):
                problem = refused(admin.json("PUT", url, document))
                assert {*places} <= {each["place"] for each in problem["faults"]}
                assert all(each["detail"] for each in problem["faults"])
    assert stored() == before
    assert admin("GET", PROFILE).json == former
    assert admin("GET", f"{FILES}/-/profiles/new").status_int == 404


def test_a_profile_that_was_read_can_be_sent_back(admin: Any) -> None:
    former = admin("GET", PROFILE).json
    changed = admin.json("PUT", PROFILE, former)
    assert changed.status_int == 200, changed.json
    assert changed.json == former  # of the same version, as nothing has changed


def test_a_new_profile_is_chosen_by_the_service(admin: Any, customer: Any) -> None:
    made = admin.json("PUT", f"{FILES}/-/profiles/quick", workflow({"task": "mime"}))
    assert (made.status_int, made.headers["Location"]) == (201, made.json["url"])
    assert admin.json("PATCH", f"{FILES}/", {"profile": "nothing"}).status_int == 400
    assert admin.json("PATCH", f"{FILES}/", {"profile": "quick"}).json["profile"] == "quick"
    job = customer("GET", customer("PUT", f"{FILES}/a", body=b"x").json["job"]).json
    assert [[t["task"] for t in each["tasks"]] for each in job["sets"]] == [["mime"]]


@pytest.mark.parametrize("name", ["-", "..", "%00", "n" * 256])
def test_a_profile_has_a_good_name(admin: Any, stored: Any, name: str) -> None:
    before = stored()
    answer = admin.json("PUT", f"{FILES}/-/profiles/{name}", workflow({"task": "mime"}))
    assert answer.status_int == 400, answer.body
    assert stored() == before


def test_the_site_says_that_it_is_well(stranger: Any) -> None:
    assert stranger("GET", "/-/health").json["status"] == "ok"
    assert stranger("GET", "/demo/-/health").status_int == 404


# Steering


def ended(db: Any, id: str, result: Finished | Failed) -> None:
    """All of the job that is due ends so, one set after the other."""

    def act(site: Any) -> None:
        job = site.ids[id]
        while job.outcome is None:
            for run in job.runs[-1]:
                if attempts.claim(site, run.id, run.attempt, Taker("worker-1", 60)):
                    attempts.finish(site, [Ended(run.id, run.attempt, result)])
            engine.advance(site, id)

    database.run(db, act)


BROKEN = Failed("it is broken", 2.0, final=True, meter=Meter(Spent(1.5, 1 << 20), "what it said\n"))


def test_a_job_is_cancelled(customer: Any, file: Any) -> None:
    answer = customer.json("POST", file["job"], {"action": "cancel"})
    assert (answer.status_int, answer.json["state"]) == (200, "cancelled")
    assert answer.json["sets"][0]["tasks"][0]["state"] == "cancelled"
    assert "ended already" in refused(
        customer.json("POST", file["job"], {"action": "cancel"}), 409
    )["detail"]  # fmt: skip


def test_attempts_are_told_with_what_they_used_and_said(customer: Any, file: Any, db: Any) -> None:
    ended(db, file["job"].rpartition("/")[2], BROKEN)
    job = customer("GET", file["job"]).json
    [attempt] = job["sets"][0]["tasks"][0]["attempts"]
    assert attempt["number"] == 1 and attempt["worker"] == "worker-1"
    assert (attempt["seconds"], attempt["cpu"], attempt["memory"]) == (2.0, 1.5, 1 << 20)
    assert attempt["error"] == "it is broken"
    log = customer("GET", f"{file['job']}/log")
    assert log.content_type == "text/plain"
    assert log.text == "== mime, attempt 1: it is broken\nwhat it said\n\n"


def test_what_failed_is_retried(customer: Any, file: Any, db: Any) -> None:
    id = file["job"].rpartition("/")[2]
    ended(db, id, BROKEN)
    answer = customer.json("POST", file["job"], {"action": "retry"})
    assert (answer.status_int, answer.json["state"]) == (200, "running")
    ended(db, id, Finished(Outcome(), 0.5))
    job = customer("GET", file["job"]).json
    assert (job["state"], job["percent"]) == ("done", 100)
    assert [each["error"] for each in job["sets"][0]["tasks"][0]["attempts"]] == [
        "it is broken", None
    ]  # fmt: skip
    assert "run again" in refused(
        customer.json("POST", file["job"], {"action": "retry"}), 409
    )["detail"]  # fmt: skip


def test_a_job_is_run_again(customer: Any, file: Any) -> None:
    answer = customer.json("POST", file["job"], {"action": "again"})
    assert answer.status_int == 202
    assert answer.headers["Location"] == answer.json["url"] != file["job"]
    assert (answer.json["workflow"], answer.json["trigger"]) == ("ingest", "manual")
    task = customer.json("POST", JOBS, {"task": "checksum", "arguments": {"algorithm": "sha1"}})
    again = customer.json("POST", task.json["url"], {"action": "again"}).json
    assert again["sets"][0]["tasks"][0]["arguments"] == {"algorithm": "sha1"}


@pytest.mark.parametrize("document", [{}, {"action": "nonsense"}, {"action": 1}, {"do": "cancel"}])
def test_what_is_no_action_changes_nothing(customer: Any, file: Any, document: Any) -> None:
    refused(customer.json("POST", file["job"], document))
    assert customer("GET", file["job"]).json["state"] == "queued"


def test_who_may_only_look_may_not_steer(customer: Any, file: Any, made: Any) -> None:
    reader = made("mfilereadonly")
    assert reader.json("POST", file["job"], {"action": "cancel"}).status_int == 403
    assert reader("GET", f"{file['job']}/log").status_int == 200


# Tasks


def test_all_tasks_are_listed_with_what_they_can_be_told(customer: Any) -> None:
    answer = customer("GET", f"{FILES}/-/tasks")
    tasks = {each["name"]: each for each in answer.json["items"]}
    assert {"checksum", "mime", "poster", "thumbnail"} <= tasks.keys()
    assert tasks["checksum"]["summary"] == "Compute a checksum of the whole file."
    algorithm = tasks["checksum"]["arguments"]["properties"]["algorithm"]
    assert algorithm["default"] == "md5" and "sha512" in algorithm["enum"]
    width = tasks["thumbnail"]["arguments"]["properties"]["width"]
    assert (width["type"], width["minimum"], width["maximum"]) == ("integer", 1, 4096)
    assert customer("GET", f"{FILES}/-/info").json["links"]["tasks"].endswith("/-/tasks")


def test_people_see_the_tasks_as_well(customer: Any) -> None:
    page = customer("GET", f"{FILES}/-/tasks", headers={"Accept": "text/html"})
    assert page.content_type == "text/html"
    for words in ("<h1>Tasks</h1>", "Compute a checksum of the whole file.", "1 – 4096"):
        assert words in page.text


def test_what_a_form_allows_is_what_the_task_takes() -> None:
    """The JSON Schema and the task's own check agree, on all that is tried."""
    for task in TaskRegistry.load().values():
        form = schema(task.parameters)
        jsonschema.Draft202012Validator.check_schema(form)
        validator = jsonschema.Draft202012Validator(form)
        for name in (*task.parameters.parameters, "unknown"):
            for value in (0, 1, 4096, 4097, 1.5, "md5", "nonsense", True, None, [], {}):
                given = {name: value}
                assert validator.is_valid(given) == (not task.check(given)), (task.name, given)
