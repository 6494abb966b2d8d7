"""Rounds and jobs of a service over REST, with the pages that show them."""

from typing import Any

import pytest

from mserve import database
from mserve.tasks import attempts, engine, rounds
from mserve.tasks.claim import Ended, Failed, Finished, Taker
from mserve.tasks.outcome import Outcome

FILES = "/demo/files"
ROUNDS = f"{FILES}/-/rounds"
JOBS = f"{FILES}/-/jobs"
PAGE = {"Accept": "text/html"}
FETCH = {"task": "fetch", "arguments": {"url": "https://example.org/feed"}}


@pytest.fixture
def files(customer: Any) -> Any:
    for name in ("a.txt", "b.jpg", "in/c.jpg"):
        assert customer("PUT", f"{FILES}/{name}", body=b"bytes").status_int == 201


def begin(client: Any, **terms: Any) -> Any:
    return client.json("POST", ROUNDS, {"workflow": "ingest", **terms})


def carry_on(db: Any) -> None:
    """What schedulers do, without a Redis."""
    for id in database.run(db, lambda site: [*site.rounds]):
        while database.run(db, lambda site, id=id: rounds.step(id, site)):
            pass


def test_a_round_is_begun_followed_and_removed(customer: Any, files: Any, db: Any) -> None:
    answer = begin(customer, condition='mfile.name.endsWith(".jpg")', queue="priority")
    assert answer.status_int == 202
    assert answer.headers["Location"] == answer.json["url"]
    assert (answer.json["state"], answer.json["percent"], answer.json["files"]) == ("running", 0, 3)
    assert (answer.json["trigger"], answer.json["queue"]) == ("manual", "priority")
    carry_on(db)
    url = answer.json["url"]
    now = customer("GET", url).json
    assert (now["looked_at"], now["started"], now["skipped"], now["percent"]) == (3, 2, 1, 33)
    [job] = [each for each in customer("GET", f"{FILES}/b.jpg/-/jobs").json["items"]
             if each["round"]]  # fmt: skip
    assert (job["round"], job["sets"][0]["tasks"][0]["queue"]) == (url, "priority")
    assert customer("DELETE", url).status_int == 409
    database.run(db, end_all)
    carry_on(db)
    ended = customer("GET", url).json
    assert (ended["state"], ended["cancelled"], ended["percent"]) == ("done", 2, 100)
    assert [each["id"] for each in customer("GET", ROUNDS).json["items"]] == [ended["id"]]
    assert customer("DELETE", url).status_int == 204
    assert customer("GET", url).status_int == 404
    assert customer("GET", job["url"]).json["round"] is None


def end_all(site: Any) -> None:
    for job in [job for _, job in site.active.items()]:
        engine.cancel(site, job)


def test_a_round_over_a_folder_is_cancelled(customer: Any, files: Any, db: Any) -> None:
    answer = begin(customer, folder="in")
    assert (answer.json["files"], answer.json["folder"][-9:]) == (1, "files/in/")
    url = answer.json["url"]
    cancelled = customer.json("POST", url, {"action": "cancel"}).json
    assert cancelled["state"] == "cancelled" and cancelled["percent"] < 100
    assert customer.json("POST", url, {"action": "cancel"}).status_int == 409
    carry_on(db)
    assert customer("GET", url).json["ended"] is not None


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "missing"),
        ({"workflow": "none"}, "has no workflow"),
        ({"workflow": "periodic"}, "has no tasks"),
        ({"workflow": "ingest", "condition": "mfile."}, "CEL"),
        ({"workflow": "ingest", "queue": "none"}, "should be a queue"),
        ({"workflow": "ingest", "folder": "none"}, "there is no folder"),
        ({"workflow": "ingest", "folder": "a.txt"}, "there is no folder"),
        ({"workflow": "ingest", "file": "a.txt"}, "not a field"),
    ],
)
def test_what_is_wrong_begins_nothing(
    customer: Any, files: Any, stored: Any, document: Any, words: str
) -> None:
    before = stored()
    answer = customer.json("POST", ROUNDS, document)
    assert answer.status_int == 400
    assert words in answer.json["detail"]
    assert stored() == before
    assert customer("GET", ROUNDS).json == {"items": [], "next": None, "total": 0}


def test_who_may_only_look_begins_none(customer: Any, files: Any, made: Any) -> None:
    reader = made("mfilereadonly")
    url = begin(customer).json["url"]
    assert begin(reader).status_int == 403
    assert reader.json("POST", url, {"action": "cancel"}).status_int == 403
    assert reader("DELETE", url).status_int == 403
    assert reader("GET", url).status_int == 200


def test_rounds_come_in_pages(customer: Any, files: Any) -> None:
    ids = [begin(customer).json["id"] for _ in range(3)]
    page = customer("GET", f"{ROUNDS}?limit=2").json
    rest = customer("GET", page["next"]).json
    assert [each["id"] for each in page["items"] + rest["items"]] == ids[::-1]
    assert (page["total"], rest["next"]) == (3, None)


def test_a_task_runs_for_a_service(customer: Any, db: Any) -> None:
    answer = customer.json("POST", JOBS, FETCH)
    assert answer.status_int == 202
    job = answer.json
    assert (job["mfile"], job["sha256"], job["state"]) == (None, None, "queued")
    assert job["url"].endswith(f"{JOBS}/{job['id']}") == (answer.headers["Location"] == job["url"])
    assert customer("GET", job["url"]).json["id"] == job["id"]
    assert [each["id"] for each in customer("GET", JOBS).json["items"]] == [job["id"]]

    def fail(site: Any) -> None:
        run = f"{job['id']}-0-0"
        assert attempts.claim(site, run, 1, Taker("here", 60.0)).blob is None
        attempts.finish(site, [Ended(run, 1, Failed("no feed", 0.1, final=True))])
        engine.advance(site, job["id"])

    database.run(db, fail)
    assert customer("GET", job["url"]).json["state"] == "failed"
    assert customer.json("POST", job["url"], {"action": "retry"}).json["state"] == "running"
    again = customer.json("POST", job["url"], {"action": "again"})
    assert again.status_int == 202 and again.json["id"] != job["id"]
    assert again.json["mfile"] is None
    assert customer.json("POST", job["url"], {"action": "cancel"}).json["state"] == "cancelled"


def test_a_workflow_runs_for_a_service(admin: Any, customer: Any, db: Any) -> None:
    feed = {"sets": [{"tasks": [FETCH, {**FETCH, "condition": "service.priority"}]}]}
    admin.json("PUT", f"{FILES}/-/profiles/default", {"workflows": {"feed": feed}})
    job = customer.json("POST", JOBS, {"workflow": "feed", "queue": "priority"}).json
    assert [each["state"] for each in job["sets"][0]["tasks"]] == ["queued", "skipped"]

    def finish(site: Any) -> None:
        run = f"{job['id']}-0-0"
        attempts.claim(site, run, 1, Taker("here", 60.0))
        attempts.finish(site, [Ended(run, 1, Finished(Outcome({"changed": False}), 0.5))])
        engine.advance(site, job["id"])

    database.run(db, finish)
    assert customer("GET", job["url"]).json["state"] == "done"
    usage = customer("GET", f"{FILES}/-/usage?metric=http://mserve/job").json["items"]
    assert [each["total"] for each in usage] == [1]


def test_what_needs_a_file_does_not_run_for_a_service(customer: Any, stored: Any) -> None:
    before = stored()
    answer = customer.json("POST", JOBS, {"task": "mime"})
    assert answer.status_int == 400
    assert "/task: mime needs a file" in answer.json["detail"]
    answer = customer.json("POST", JOBS, {"workflow": "ingest"})
    assert answer.status_int == 400
    faults = {each["place"] for each in answer.json["faults"]}
    assert faults == {"/workflow"}
    assert "/sets/1/tasks/2/condition asks about a file" in answer.json["detail"]
    assert stored() == before


def test_the_pages_show_jobs_without_a_file(customer: Any) -> None:
    job = customer.json("POST", JOBS, FETCH).json
    for url in (JOBS, job["url"]):
        page = customer("GET", url, headers=PAGE)
        assert page.status_int == 200 and "fetch" in page.text
    page = customer("POST", job["url"], body=b"do=again", headers=PAGE,
                    content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert page.status_int == 303
