"""`?wait=` and streams of events, without Redis: the tree is looked at now and then."""

import json
import threading
import time
from typing import Any

import pytest

from mserve import database
from mserve.tasks import engine
from mserve.views.follow import stream, watch
from mserve.views.follow.seen import Seen
from tests.unit.support import bearer, call, lent

JOBS = "/demo/files/a/-/jobs"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "AWAY", 0.1)


@pytest.fixture
def job(customer: Any) -> str:
    return str(customer("PUT", "/demo/files/a", body=b"bytes").json["job"])


def end(db: Any, url: str) -> None:
    """The job is cancelled by somebody else."""
    id = url.rpartition("/")[2]
    database.run(db, lambda site: engine.cancel(site, engine.find_job(site, id)))


def events(body: bytes) -> list[dict[str, Any]]:
    found = []
    for block in body.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
        if "event" in fields:
            found.append({**fields, "data": json.loads(fields["data"])})
    return found


@pytest.mark.parametrize("text", ["61", "-1", "1.5", "abc", "", "%C2%B2", "9" * 5000])
def test_seconds_that_cannot_be_waited_are_refused(customer: Any, job: str, text: str) -> None:
    for method, url in (("GET", job), ("POST", JOBS), ("POST", job)):
        body = {"action": "again"} if url == job else {"task": "mime"}
        options = {} if method == "GET" else {"body": json.dumps(body).encode()}
        before = len(customer("GET", JOBS).json["items"])
        answer = customer(method, f"{url}?wait={text}", **options)
        assert answer.status_int == 400
        assert "whole number of seconds from 0 to 60" in answer.json["detail"]
        assert len(customer("GET", JOBS).json["items"]) == before


def test_a_wait_that_is_over_shows_the_job_as_it_is(customer: Any, job: str, db: Any) -> None:
    began, before = time.monotonic(), lent(db)
    answer = customer("GET", f"{job}?wait=1")
    assert 0.9 < time.monotonic() - began < 5
    assert answer.status_int == 200
    assert answer.json == customer("GET", job).json
    assert answer.headers["Cache-Control"] == "no-store"
    made = customer.json("POST", f"{JOBS}?wait=1", {"task": "mime"})
    assert (made.status_int, made.json["state"]) == (202, "queued")
    assert made.headers["Location"] == made.json["url"]
    assert lent(db) == before


def test_a_wait_ends_with_the_job(customer: Any, job: str, db: Any) -> None:
    began = time.monotonic()
    other = threading.Timer(0.3, end, (db, job))
    other.start()
    answer = customer("GET", f"{job}?wait=30")
    other.join()
    assert (answer.status_int, answer.json["state"]) == (200, "cancelled")
    assert customer("GET", f"{job}?wait=30").json == answer.json
    assert time.monotonic() - began < 5


def test_who_waits_holds_nothing_of_the_tree(customer: Any, job: str, db: Any) -> None:
    waiting = threading.Thread(target=customer, args=("GET", f"{job}?wait=30"))
    before = lent(db)
    waiting.start()
    seen = [lent(db) for _ in range(20) if time.sleep(0.02) is None]
    end(db, job)
    waiting.join(5)
    assert not waiting.is_alive()
    assert seen.count(before) >= 10


def test_a_job_that_is_hidden_meanwhile_is_not_shown(
    customer: Any, job: str, made: Any, app: Any
) -> None:
    reader = made("mfilereadonly", "/demo/files/a")
    revoke = f"/demo/files/a/-/keys/{reader.id}"
    other = threading.Timer(0.3, customer, ("DELETE", revoke))
    other.start()
    answer = reader("GET", f"{job}?wait=30")
    other.join()
    assert answer.status_int == 404 and answer.content_type == "application/problem+json"
    assert reader("GET", f"{job}/events").status_int == 404


def test_the_events_of_a_job_end_with_it(customer: Any, job: str, db: Any) -> None:
    other, before = threading.Timer(0.4, end, (db, job)), lent(db)
    other.start()
    answer = customer("GET", f"{job}/events")
    other.join()
    assert answer.content_type == "text/event-stream"
    for name, value in (("X-Accel-Buffering", "no"), ("Cache-Control", "no-store")):
        assert answer.headers[name] == value
    first, changed, last = events(answer.body)
    assert [each["event"] for each in (first, changed, last)] == ["job", "job", "end"]
    assert (first["data"]["state"], changed["data"]["state"]) == ("queued", "cancelled")
    assert changed["data"] == customer("GET", job).json
    assert last["id"] == "end" and last["data"] == {"state": "cancelled"}
    assert first["id"] != changed["id"]
    assert lent(db) == before


def test_who_has_heard_the_end_need_not_come_again(customer: Any, job: str, db: Any) -> None:
    end(db, job)
    again = customer("GET", f"{job}/events", headers={"Last-Event-ID": "end"})
    assert (again.status_int, again.body) == (204, b"")
    missed = customer("GET", f"{job}/events", headers={"Last-Event-ID": "0123456789abcdef"})
    assert [each["event"] for each in events(missed.body)] == ["job", "end"]


def test_links_stay_where_the_client_is(app: Any, customer: Any, job: str, db: Any) -> None:
    end(db, job)
    path = f"/k/{customer.key}/a/-/jobs/{job.rpartition('/')[2]}/events"
    answer = call(app, "GET", f"http://localhost{path}", SCRIPT_NAME="/mounted")
    assert events(answer.body)[0]["data"]["url"] == (
        f"http://localhost/mounted{path.removesuffix('/events')}"
    )


def test_head_does_not_wait(customer: Any, job: str) -> None:
    for url in (f"{job}/events", f"{JOBS}/events", f"{job}?wait=30"):
        began = time.monotonic()
        answer = customer("HEAD", url)
        assert (answer.status_int, answer.body) == (200, b"")
        assert time.monotonic() - began < 2
    assert customer("HEAD", f"{JOBS}/events").content_type == "text/event-stream"


def test_there_are_so_many_seats(app: Any, customer: Any, job: str, db: Any) -> None:
    """Under a server that has a thread for each: `mserve.streams`."""
    waiting = [threading.Thread(target=customer, args=("GET", f"{job}?wait=30")) for _ in range(4)]
    for each in waiting:
        each.start()
    time.sleep(0.3)
    for url in (f"{job}?wait=1", f"{job}/events", f"{JOBS}/events"):
        answer = customer("GET", url)
        assert answer.status_int == 503 and answer.headers["Retry-After"] == "2"
    jobs = len(customer("GET", JOBS).json["items"])
    assert customer.json("POST", f"{JOBS}?wait=1", {"task": "mime"}).status_int == 503
    assert len(customer("GET", JOBS).json["items"]) == jobs
    end(db, job)
    for each in waiting:
        each.join(5)
    assert customer("GET", f"{job}/events").status_int == 200


def test_a_body_that_nobody_reads_gives_its_seat_back(app: Any, customer: Any, job: str) -> None:
    from webob import Request

    for _ in range(6):
        request = Request.blank(f"{job}/events", environ=bearer(customer.key))
        body = request.call_application(app.app)[2]
        next(iter(body))
        body.close()
    assert not app.app.registry.news._followers


class Looked:
    """A watch whose client looks as often as there is something to be seen."""

    def __init__(self, seen: list[Seen]) -> None:
        self.seen = seen

    def __enter__(self) -> "Looked":
        return self

    def __exit__(self, *fault: object) -> None:
        pass

    def rest(self) -> bool:
        return bool(self.seen)


def test_a_stream_tells_what_has_been_said_since(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "see", lambda watch, logs: watch.seen.pop(0))
    job = {"percent": 0, "state": "running"}
    said: list[dict[str, str]] = [{}, {"a": "one"}, {"a": "one", "b": "x"}, {"b": "x"}]
    looks: Any = Looked([Seen(job, {}, each, ended=False) for each in said])
    told = events(b"".join(stream.Stream(looks).blocks()).removeprefix(stream.Teller.first))
    assert [each["event"] for each in told] == ["job", "said", "said"]
    assert [each["data"] for each in told[1:]] == [{"a": "one"}, {"b": "x"}]
