"""A task that sends an address of its file: the key in it is gone when the task has ended."""

import json
from typing import Any

import pytest

from mserve.resources.profile import TaskSpec
from mserve.tasks import attempts, engine, steering
from mserve.tasks.claim import Taker
from tests.unit.tasks.library.web import Handler, Web
from tests.unit.vaults import Hands

FILES = "/demo/files"
URL = f"{FILES}/a.txt"
HOME = "http://localhost"


@pytest.fixture
def lines(lines: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("MSERVE_OUTSIDE_ALLOW", "127.0.0.1")
    return {**lines, "mserve.url": f"{HOME}/"}


@pytest.fixture
def file(customer: Any, hands: Hands) -> Any:
    answer = customer("PUT", URL, body=b"bytes")
    customer("PUT", f"{FILES}/other.txt", body=b"others'")
    hands.work()
    return answer.json


def claimed(see: Any, seconds: float | None = 60.0) -> Any:
    """A task that has just been taken."""

    def take(site: Any) -> Any:
        mfile = site["demo"]["files"]["a.txt"]
        run = next(engine.start_task(mfile, TaskSpec("x", "x", {})).all_runs())
        return attempts.claim(site, run.id, 1, Taker("w", 1.0, linked=lambda spec: seconds))

    return see(take)


def status(app: Any, secret: str, place: str = "-/content") -> int:
    return int(app.get(f"/k/{secret}/{place}", expect_errors=True).status_int)


def test_the_service_can_read_this_file_until_it_has_answered(
    app: Any, customer: Any, file: Any, hands: Hands, web: Web
) -> None:
    seen: list[Any] = []

    def serve(handler: Handler) -> None:
        told = json.loads(handler.body)
        below = told["url"].removeprefix(HOME).removesuffix("-/content")
        seen.append(told)
        seen.append(app.get(f"{below}-/content").body)
        seen.append(app.put(f"{below}-/content", b"x", expect_errors=True).status_int)
        seen.append(app.delete(below, expect_errors=True).status_int)
        handler.answer(200, b'{"well": true}', Content_Type="application/json")

    arguments = {"url": web("/", serve), "send": "url"}
    started = customer.json(
        "POST", f"{URL}/-/jobs", {"task": "web_service", "arguments": arguments}
    )
    assert hands.work() == ["web_service done"]
    told, *rest = seen
    assert rest == [b"bytes", 403, 403]
    assert (told["sha256"], told["name"]) == (file["sha256"], "a.txt")
    secret = told["url"].split("/")[4]
    assert status(app, secret) == 404
    assert secret not in customer("GET", started.json["url"]).text
    assert customer("GET", f"{URL}/-/keys").json["items"] == []


def test_no_key_is_made_where_none_is_needed(
    see: Any, file: Any, hands: Hands, customer: Any, web: Web
) -> None:
    before = see(lambda site: len([*site.key_index.items()]))
    seen: list[int] = []

    def serve(handler: Handler) -> None:
        seen.append(see(lambda site: len([*site.key_index.items()])))
        handler.answer(200, b"{}", Content_Type="application/json")

    task = {"task": "web_service", "arguments": {"url": web("/", serve)}}
    customer.json("POST", f"{URL}/-/jobs", task)
    assert hands.work() == ["web_service done"]
    assert seen == [before]


def test_the_key_goes_with_a_run_that_is_cancelled(app: Any, see: Any, file: Any) -> None:
    claim = claimed(see)
    assert status(app, claim.secret) == 200
    see(lambda site: steering.stop(site, site.ids[claim.job_id]))
    assert status(app, claim.secret) == 404


def test_the_key_goes_with_an_attempt_that_is_given_up(app: Any, see: Any, file: Any) -> None:
    claim = claimed(see)
    assert see(lambda site: attempts.requeue(site, claim.run_id, 1))
    assert status(app, claim.secret) == 404


def test_the_key_ends_by_itself(app: Any, see: Any, file: Any) -> None:
    """Where nobody is left to remove it."""
    assert status(app, claimed(see, 0.0).secret) == 403


def test_a_claim_that_is_made_again_has_the_one_key(app: Any, see: Any, file: Any) -> None:
    first = claimed(see)
    second = see(
        lambda s: attempts.claim(s, first.run_id, 1, Taker("w", 1.0, linked=lambda spec: 60.0))
    )
    assert (status(app, first.secret), status(app, second.secret)) == (404, 200)
