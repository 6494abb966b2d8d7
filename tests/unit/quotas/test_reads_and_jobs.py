"""Reads and jobs: once the month's quota is used up nothing more is read, and no job begins."""

from typing import Any

import pytest

from mserve import database
from mserve.resources.figure import Figure
from mserve.resources.metering import enter
from mserve.resources.metrics import ACCESS, JOB_RUNTIME
from mserve.tasks import attempts, engine
from mserve.tasks.claim import Ended, Finished, Taker
from mserve.tasks.outcome import Outcome
from tests.unit.locking import node_at
from tests.unit.quotas.conftest import CONTAINER, SERVICE
from tests.unit.support import Clock

FILE = f"{SERVICE}a.txt"


@pytest.fixture
def use(db: Any, put: Any, clock: Clock) -> Any:
    """`use(ACCESS, 60)`: so much is used of the file, as workers or schedulers report it."""
    put("a.txt", 5)

    def report(metric: str, amount: float) -> None:
        def act(site: Any) -> None:
            file = node_at(site, "demo/files/a.txt")
            enter(file.lineage(), {metric: Figure.of(amount)}, clock.moment)

        database.run(db, act)

    return report


@pytest.mark.parametrize("place", [SERVICE, CONTAINER])
def test_nothing_is_read_beyond_it(
    customer: Any, made: Any, limit: Any, use: Any, clock: Clock, place: str
) -> None:
    limit(place, access={"hard": 100})
    use(ACCESS, 99)
    assert customer("GET", FILE).status_int == 200, "it is not known how much of it is sent"
    use(ACCESS, 5)
    zip = customer("GET", SERVICE, headers={"Accept": "application/zip"})
    answers = [customer("GET", FILE), customer("GET", f"/dav{FILE}"), zip]
    assert [each.status_int for each in answers] == [403] * 3
    told = answers[0].json
    assert told["type"] == "urn:mserve:problem:monthly-quota"
    assert (told["quota"]["metric"], told["quota"]["most"]) == ("access", 100)
    assert told["quota"].get("used") == (104 if place == SERVICE else None)
    seen = [customer("HEAD", FILE), customer("GET", f"{FILE}/-/info"), customer("GET", SERVICE)]
    assert [each.status_int for each in seen] == [200] * 3
    assert customer("DELETE", FILE).status_int == 204
    customer("PUT", FILE, body=b"x")
    clock.set("2026-12-01T00:00:00Z")
    assert customer("GET", FILE).status_int == 200


def start(client: Any) -> Any:
    return client.json("POST", f"{FILE}/-/jobs", {"task": "checksum"})


def test_no_job_is_begun_by_hand(
    customer: Any, limit: Any, use: Any, clock: Clock, admin: Any
) -> None:
    limit(SERVICE, jobruntime={"hard": 10})
    use(JOB_RUNTIME, 9.5)
    job = start(customer)
    assert job.status_int == 202
    assert customer.json("POST", job.json["url"], {"action": "cancel"}).status_int == 200
    use(JOB_RUNTIME, 0.75)
    round = customer.json("POST", f"{SERVICE}-/rounds", {"workflow": "ingest"})
    refused = [start(customer), round] + [
        customer.json("POST", job.json["url"], {"action": action}) for action in ("retry", "again")
    ]
    assert [each.status_int for each in refused] == [403] * 4
    assert refused[0].json["quota"]["used"] == 10.25
    clock.set("2026-12-01T00:00:00Z")
    assert start(customer).status_int == 202


def test_an_upload_is_stored_and_its_job_has_failed_in_clear_words(
    customer: Any, limit: Any, use: Any, put: Any, clock: Clock
) -> None:
    limit(SERVICE, jobruntime={"hard": 10})
    use(JOB_RUNTIME, 10)
    answer = put("b.txt", 3)
    assert answer.status_int == 201
    job = customer("GET", answer.json["job"]).json
    assert job["state"] == "failed"
    [task] = job["sets"][0]["tasks"]
    assert task["state"] == "failed" and "have jobs run 10 seconds a month" in task["error"]
    clock.set("2026-12-01T00:00:00Z")
    answer = customer.json("POST", job["url"], {"action": "retry"})
    assert answer.json["sets"][0]["tasks"][0]["state"] == "queued"


def test_a_job_under_way_ends_with_the_set_that_is_at_work(
    customer: Any, limit: Any, use: Any, put: Any, db: Any
) -> None:
    limit(SERVICE, jobruntime={"hard": 10})
    url = put("b.txt", 3).json["job"]
    use(JOB_RUNTIME, 10)
    [run] = [task["id"] for task in customer("GET", url).json["sets"][0]["tasks"]]

    def work(site: Any) -> None:
        attempts.claim(site, run, 1, Taker("worker", 60))
        assert attempts.finish(site, [Ended(run, 1, Finished(Outcome(), 1.0))]) == [True]
        engine.advance(site, run.partition("-")[0])

    database.run(db, work)
    job = customer("GET", url).json
    first, second = ({task["state"] for task in each["tasks"]} for each in job["sets"])
    assert (first, second, job["state"]) == ({"done"}, {"failed", "skipped"}, "failed")
