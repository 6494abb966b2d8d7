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


def deliver(queues: Any, admin: Any, customer: Any, name: str) -> str:  # noqa: F811
    """As if a worker of node2 was at the first set of an upload, of two; the URL of its job."""
    workflow = {"sets": [{"tasks": [{"task": "mime"}, {"task": "checksum"}]}]}
    profile = {"workflows": {"ingest": workflow}}
    assert admin.json("PUT", "/demo/files/-/profiles/default", profile).status_int == 200
    job = str(customer("PUT", f"/demo/files/{name}", body=b"x").json["job"])
    worker = {
        "hostname": "node2", "pid": 7, "queues": "normal", "state": "busy",
        "current_job": f"{job.rpartition('/')[2]}-0-0_1-1",
        "last_heartbeat": "2020-10-20T10:00:00.000000Z",
    }  # fmt: skip
    queues.redis.hset("rq:worker:node2-7", mapping=worker)
    queues.redis.sadd("rq:workers", "rq:worker:node2-7")
    return job


def test_the_task_at_hand_and_its_job_are_told(admin: Any, customer: Any, queues: Any) -> None:  # noqa: F811
    job = deliver(queues, admin, customer, "a")
    [node] = admin("GET", "/-/nodes").json["nodes"]
    [worker] = node["workers"]
    assert (worker["tasks"], worker["job"]) == (["mime", "checksum"], job)
    queues.redis.hset("rq:worker:node2-7", "current_job", "nonsense")
    [node] = admin("GET", "/-/nodes").json["nodes"]
    assert (node["workers"][0]["tasks"], node["workers"][0]["job"]) == ([], None)


def test_the_page_shows_workers_and_steers_by_plain_forms(
    admin: Any, customer: Any, queues: Any  # noqa: F811
) -> None:  # fmt: skip
    job = deliver(queues, admin, customer, "a")
    page = admin("GET", "/", headers=HTML).html.find("a", string="Nodes and queues")
    page = admin("GET", page["href"], headers=HTML)
    assert page.html.find("a", string="mime, checksum")["href"] == job
    row = page.html.find("a", string="mime, checksum").find_parent("tr").get_text(" ", strip=True)
    assert row.startswith("node2, process 7 normal busy mime, checksum 20 Oct 2020")
    for do, kind, name, state in (
        ("pause", "queue", "normal", "paused"), ("resume", "queue", "normal", "open"),
        ("drain", "node", "node2", "drained"), ("resume", "node", "node2", "open"),
    ):  # fmt: skip
        page = submit(admin, page, do, kind, name)
        row = page.html.find("th", string=name).find_parent("tr")
        assert row.find(class_="state").text == state


HTML = {"Accept": "text/html"}


def submit(admin: Any, page: Any, do: str, kind: str, name: str) -> Any:
    """The page that the button leads to, by a browser without a script."""
    form = next(
        each
        for each in page.forms.values()
        if each["do"].value == do and kind in each.fields and each[kind].value == name
    )
    answer = form.submit(headers={**HTML, **admin.headers})
    assert answer.status_int == 303
    return admin("GET", answer.location, headers=HTML)


NEITHER = "is paused, a &#34;node&#34; drained"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("do=pause&queue=nonsense", "should be a queue; there are: normal, priority"),
        ("do=drain", NEITHER),
        ("do=pause&node=node2", NEITHER),
    ],
)
def test_a_form_that_says_what_cannot_be_done_changes_nothing(
    admin: Any, body: str, words: str
) -> None:
    before = admin("GET", "/-/nodes").json
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = admin("POST", "/-/nodes", body=body.encode(), headers={**HTML, **kind})
    assert answer.status_int == 400 and words in answer
    assert admin("GET", "/-/nodes").json == before


def test_the_page_is_nobody_elses_and_a_redis_that_is_away_is_told(
    admin: Any, customer: Any, redis: Any  # noqa: F811
) -> None:  # fmt: skip
    assert customer("GET", "/-/nodes", headers=HTML).status_int == 404
    assert customer("POST", "/-/nodes", body=b"do=pause&queue=normal", headers={
        **HTML, "Content-Type": "application/x-www-form-urlencoded"}).status_int == 404  # fmt: skip
    redis.kill()
    answer = admin("GET", "/-/nodes", headers=HTML)
    assert answer.status_int == 503 and answer.content_type == "text/html"


def test_a_site_without_workers_says_how_one_is_started(admin: Any) -> None:
    assert "mserve worker production.ini" in admin("GET", "/-/nodes", headers=HTML)
