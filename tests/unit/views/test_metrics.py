"""`/-/metrics`: who may read it, in which formats, and what it tells."""

import time
from array import array
from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families
from webtest import TestApp
from ZODB.POSException import ConflictError

from mserve.answered import ANSWERED
from mserve.counts import COUNTS, Counts
from mserve.settings import Settings
from mserve.tasks import counted
from mserve.tasks.counted import Counted, count_task
from mserve.tasks.queue import Queues
from mserve.tasks.scheduler import Scheduler
from mserve.views.retry import before_retry
from tests.unit.conftest import Client

URL = "/-/metrics"
NEAR, FAR = "192.0.2.7", "198.51.100.7"


@pytest.fixture
def lines(lines: dict[str, str], redis: Any) -> dict[str, str]:
    network = {"mserve.metrics_from": "192.0.2.0/24 2001:db8::/64"}
    return {**lines, "mserve.redis": redis.url, **network}


def found(answer: Any) -> dict[str, Metric]:
    """The families by their names."""
    assert answer.status_int == 200, answer.body
    return {each.name: each for each in text_string_to_metric_families(answer.text)}


def value(families: dict[str, Metric], name: str, **labels: str) -> float:
    for family in families.values():
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return 0.0


def at(address: str, client: Client) -> Client:
    """The client, at that address."""
    app = TestApp(client.app.app, extra_environ={"REMOTE_ADDR": address})
    return Client(app, client.key)


@pytest.fixture
def near(stranger: Client) -> Client:
    return at(NEAR, stranger)


def key(admin: Client, app: Any, **more: Any) -> Client:
    return Client(app, admin.json("POST", "/-/keys", more).json["key"])


def test_the_administrator_may_read(admin: Client) -> None:
    families = found(admin("GET", URL))
    assert value(families, "mserve_redis_up") == value(families, "mserve_tree_up") == 1


def test_a_key_of_its_own_may_read_that_alone(admin: Client, app: Any) -> None:
    prometheus = key(admin, app, role="auditor", permissions=["usage"])
    assert found(prometheus("GET", URL))
    for url in ("/", "/-/info", "/-/audit", "/demo/files/"):
        assert prometheus("GET", url).status_int == 404


def test_all_others_find_nothing(admin: Client, customer: Client, stranger: Client) -> None:
    nothing = stranger("GET", "/-/nothing")
    for client, method in ((customer, "GET"), (stranger, "GET"), (stranger, "POST")):
        answer = at(FAR, client)(method, URL)
        assert (answer.status_int, answer.json) == (404, nothing.json)
    assert customer("GET", "/demo/files/-/metrics").status_int == 404
    assert admin("GET", "/demo/files/-/metrics").status_int == 404


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_who_is_near_needs_no_key(stranger: Client, address: str) -> None:
    assert found(at(address, stranger)("GET", URL))
    assert at(address, stranger)("HEAD", URL).status_int == 200
    assert at(address, stranger)("GET", "/-/usage").status_int == 404


@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8:0:1::7", "", "192.0.2"])
def test_who_is_not_near_does(stranger: Client, address: str) -> None:
    assert at(address, stranger)("GET", URL).status_int == 404


def test_both_formats_are_well_formed(near: Client) -> None:
    plain = near("GET", URL)
    assert plain.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    asked = {"Accept": "application/openmetrics-text; version=1.0.0, text/plain; q=0.5"}
    other = near("GET", URL, headers=asked)
    assert other.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    names = {each.name for each in open_metrics(other.text)}
    assert names >= {"mserve_http_requests", "mserve_build", "mserve_workers"}
    for answer in (plain, other):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_both_ways_give_the_same(admin: Client, near: Client) -> None:
    by_key, by_place = admin("GET", URL), near("GET", URL)
    assert found(by_key).keys() == found(by_place).keys()
    assert sorted(by_key.headers) == sorted(by_place.headers)


def test_what_is_there_is_told(admin: Client, customer: Client, near: Client) -> None:
    before = found(near("GET", URL))
    customer("PUT", "/demo/files/a", body=b"x" * 100)
    families = found(near("GET", URL))
    for name, change in {
        "mserve_files": 1, "mserve_kept_bytes": 100, "mserve_ingested_bytes_total": 100,
        "mserve_jobs_active": 1, "mserve_usage_pending": 1, "mserve_index_pending": 1,
    }.items():  # fmt: skip
        assert value(families, name) - value(before, name) == change, name
    assert value(families, "mserve_task_runs", state="due") == 1
    assert value(families, "mserve_queue_waiting", queue="normal") == 1
    assert value(families, "mserve_disk_free_bytes", folder="blobs") > 1 << 20
    assert value(families, "mserve_web_resident_bytes") > 1 << 20
    commits = {"process": "web", "way": "group"}
    former = value(before, "mserve_commits_total", **commits)
    assert value(families, "mserve_commits_total", **commits) == former + 1


def test_work_is_told(near: Client, db: Any, settings: Settings, queues: Queues) -> None:
    queues.redis.sadd("mserve:paused", "priority")
    families = found(near("GET", URL))
    assert value(families, "mserve_scheduler_up") == 0
    assert value(families, "mserve_queue_paused", queue="priority") == 1
    Scheduler(db, queues, settings).turn()
    families = found(near("GET", URL))
    assert value(families, "mserve_scheduler_up") == 1
    assert value(families, "mserve_scheduler_heartbeat_age_seconds") < 60
    for name, state in (("one", "busy"), ("two", "idle"), ("three", "idle"), ("four", "dead")):
        worker(queues, name, state)
    families = found(near("GET", URL))
    counted = {
        state: value(families, "mserve_workers", node="node1", queue="normal", state=state)
        for state in ("busy", "idle", "dead")
    }
    assert counted == {"busy": 1, "idle": 2, "dead": 1}


def worker(queues: Queues, name: str, state: str) -> None:
    """A worker, as RQ has it."""
    old = 3600 if state == "dead" else 0
    seen = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() - old))
    facts = {"hostname": "node1", "queues": "normal", "state": state, "last_heartbeat": seen}
    queues.redis.sadd("rq:workers", f"rq:worker:{name}")
    queues.redis.hset(f"rq:worker:{name}", mapping=facts)


def test_what_workers_count_is_told_once(queues: Queues, near: Client) -> None:
    own = Counts()
    counting = Counted(queues.redis, counted.WORKER, own)
    with own.guard:
        own.cells("task|thumbnail|done", 2)[:] = array("d", (2, 1.5))
    own.add("commits|short", 3)
    own.set("now|x", 3)
    counting.tell()
    counting.tell()
    Counted(queues.redis, counted.WORKER, own).tell()  # as when Redis was away for a while
    other = Counts()
    other.add("commits|short", 4)
    Counted(queues.redis, counted.WORKER, other).tell()
    families = found(near("GET", URL))
    task = {"task": "thumbnail", "outcome": "done"}
    assert value(families, "mserve_task_seconds_count", **task) == 2
    assert value(families, "mserve_task_seconds_sum", **task) == 1.5
    assert value(families, "mserve_commits_total", process="worker", way="short") == 7


def test_tasks_are_counted_by_name_and_outcome() -> None:
    before = COUNTS.values().get("task|md5|failed", [0.0, 0.0])
    count_task("md5", "failed", 0.5)
    assert COUNTS.values()["task|md5|failed"] == [before[0] + 1, before[1] + 0.5]


def test_without_redis_all_else_is_told(near: Client, redis: Any) -> None:
    redis.kill()
    families = found(near("GET", URL))
    assert value(families, "mserve_redis_up") == 0
    assert "mserve_queue_waiting" not in families
    assert "mserve_files" in families


@pytest.fixture
def told(app: Any) -> Iterator[list[tuple[str, str]]]:
    found: list[tuple[str, str]] = []
    app.extra_environ[ANSWERED] = lambda view, lane: found.append((view, lane))
    yield found


def test_each_answer_has_its_views_name(
    customer: Client, stranger: Client, told: list[tuple[str, str]]
) -> None:
    customer("PUT", "/demo/files/a", body=b"x")
    customer("GET", "/demo/files/a")
    customer("GET", "/demo/files/a", headers={"Accept": "text/html"})
    customer("GET", "/demo/files/-/jobs")
    customer("OPTIONS", "/dav/demo/files/")
    customer("GET", "/demo/files/nothing")
    Client(customer.app, "x" * 43)("GET", "/demo/files/a")
    assert told == [
        ("api.files.create", "express"), ("api.files.content", "express"),
        ("html.files.mfile", "pyramid"), ("api.jobs.listing", "pyramid"),
        ("dav.reading.options", "pyramid"), ("express.guesses", "express"),
    ]  # fmt: skip


def test_guesses_are_counted(near: Client, app: Any) -> None:
    labels = {"kind": "keys", "outcome": "looked_at"}
    before = value(found(near("GET", URL)), "mserve_guesses_total", **labels)
    Client(app, "x" * 43)("GET", "/demo/files/a")
    families = found(near("GET", URL))
    assert value(families, "mserve_guesses_total", **labels) == before + 1


def test_a_conflict_of_a_request_is_counted() -> None:
    event = SimpleNamespace(exception=ConflictError(), environ={"wsgi.input": BytesIO()})
    before = COUNTS.values().get("conflicts|ConflictError", [0.0])[0]
    before_retry(event)
    assert COUNTS.values()["conflicts|ConflictError"][0] == before + 1
