"""`/-/nodes`: the site's administrator sees what works, and has it rest."""

from typing import Any

import pytest

from mserve.settings import Settings
from tests.unit.tasks.conftest import queues, redis, redis_process  # noqa: F401 - fixtures


@pytest.fixture
def lines(lines: dict[str, str], redis: Any) -> dict[str, str]:  # noqa: F811
    return {**lines, "mserve.redis": redis.url}


def queue(answer: Any, name: str) -> Any:
    assert answer.status_int == 200, answer.body
    return next(each for each in answer.json["queues"] if each["name"] == name)


def test_a_queue_rests_and_goes_on(admin: Any, settings: Settings) -> None:
    assert not queue(admin("GET", "/-/nodes"), "normal")["paused"]
    answer = admin.json("POST", "/-/nodes", {"action": "pause", "queue": "normal"})
    assert queue(answer, "normal")["paused"]
    assert not queue(answer, "priority")["paused"]
    answer = admin.json("POST", "/-/nodes", {"action": "resume", "queue": "normal"})
    assert not queue(answer, "normal")["paused"]


def test_a_node_is_drained(admin: Any) -> None:
    answer = admin.json("POST", "/-/nodes", {"action": "drain", "node": "node2"})
    assert answer.json["nodes"] == [{"name": "node2", "drained": True, "workers": []}]
    answer = admin.json("POST", "/-/nodes", {"action": "resume", "node": "node2"})
    assert answer.json["nodes"] == []


def test_an_upload_waits_in_its_queue(admin: Any, customer: Any) -> None:
    customer("PUT", "/demo/files/a", body=b"x")
    assert queue(admin("GET", "/-/nodes"), "normal")["depth"] == 1


@pytest.mark.parametrize(
    "document",
    [
        {}, {"action": "pause"}, {"action": "pause", "node": "node2"},
        {"action": "drain", "queue": "normal"}, {"action": "resume"},
        {"action": "resume", "queue": "normal", "node": "node2"},
        {"action": "pause", "queue": "nonsense"}, {"action": "stop", "queue": "normal"},
    ],
)  # fmt: skip
def test_what_cannot_be_done_changes_nothing(admin: Any, document: Any) -> None:
    before = admin("GET", "/-/nodes").json
    assert admin.json("POST", "/-/nodes", document).status_int == 400
    assert admin("GET", "/-/nodes").json == before


def test_nobody_else_sees_it(customer: Any, stranger: Any) -> None:
    assert customer("GET", "/-/nodes").status_int == 404
    assert stranger("GET", "/-/nodes").status_int in (401, 404)


def test_a_redis_that_is_away_is_told(admin: Any, redis: Any) -> None:  # noqa: F811
    redis.kill()
    answer = admin("GET", "/-/nodes")
    assert answer.status_int == 503 and answer.headers["Retry-After"]
