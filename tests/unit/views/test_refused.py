"""Refused attempts: put together in the web process, settled in the tree once each."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from webtest import TestApp
from ZODB.POSException import ConflictError

from mserve import evolve, main
from mserve.resources import clock
from mserve.resources.audit_keys import new_key
from mserve.settings import Settings
from mserve.tasks import refusals
from mserve.tasks.queue import Queues
from mserve.tasks.refusals import WAITING, settle
from mserve.tasks.sole import sole
from tests.unit.support import Clock, writers
from tests.unit.tasks.support import RedisServer, wait_for

FILES = "/demo/files"


@pytest.fixture(scope="module")
def redis_process() -> Iterator[RedisServer]:
    """One of its own: what other applications were refused is pushed a second later."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url}


@pytest.fixture
def app(
    lines: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestApp]:
    """Its refusals wait until they are pushed by the test."""
    monkeypatch.setattr(refusals, "WINDOW", 3600.0)
    evolve.ensure(settings)
    wsgi = main({}, **lines)
    yield TestApp(wsgi)
    wsgi.registry._zodb_databases[""].close()


@pytest.fixture
def push(app: TestApp) -> Any:
    return app.app.registry.refusals.push


@pytest.fixture
def refused(admin: Any, db: Any, settings: Settings, queues: Queues, push: Any) -> Any:
    """`refused(place, query)`: those that the log has of a node, once all is settled."""

    def look(place: str = FILES, query: str = "") -> list[dict[str, Any]]:
        push()
        settle(db, settings, queues)
        found: list[dict[str, Any]] = admin("GET", f"{place}/-/audit?refused=true{query}").json[
            "items"
        ]
        return found

    return look


def waiting(queues: Queues) -> int:
    return int(queues.redis.llen(WAITING))  # type: ignore[arg-type]  # redis types it as maybe awaitable


def test_what_may_not_be_is_recorded_with_who_tried(
    customer: Any, made: Any, refused: Any, stored: Any
) -> None:
    customer("PUT", f"{FILES}/a.txt", body=b"x")
    reader = made("mfilereadonly")
    before = stored()
    assert reader("DELETE", f"{FILES}/a.txt").status_int == 403
    assert reader("PUT", f"{FILES}/a.txt", body=b"y").status_int == 403
    assert stored() == before
    found = refused(f"{FILES}/a.txt")
    assert sorted((e["actor"], e["action"], e["after"]["method"]) for e in found) == [
        (f"key:{reader.id}", "refuse", "DELETE"), (f"key:{reader.id}", "refuse", "PUT"),
    ]  # fmt: skip
    assert {(e["path"], e["after"]["status"], e["refused"]) for e in found} == {
        ("demo/files/a.txt", 403, True)
    }


def test_what_may_not_be_seen_is_recorded_and_what_is_not_there_is_not(
    customer: Any, made: Any, stranger: Any, refused: Any
) -> None:
    customer("PUT", f"{FILES}/in/a.txt", body=b"x")
    customer("PUT", f"{FILES}/out/b.txt", body=b"x")
    inside = made("mfileowner", f"{FILES}/in")
    for url in (f"{FILES}/out/b.txt", f"{FILES}/out/none.txt", "/none"):
        assert inside("GET", url).status_int == 404
    [event] = refused("", "&deep=true")
    assert (event["path"], event["after"]["status"]) == ("demo/files/out/b.txt", 404)
    stranger("GET", f"{FILES}/in/a.txt")
    assert [each["actor"] for each in refused(f"{FILES}/in/a.txt")] == ["nobody"]


def test_a_key_in_the_path_that_is_none_is_told_of_the_site(
    stranger: Any, refused: Any, queues: Queues
) -> None:
    stranger("GET", "/k/guessed-at-random/demo")
    [event] = refused("")
    assert (event["actor"], event["path"], event["node"]) == ("nobody", "", None)
    assert "guessed" not in json.dumps(event)


def test_use_cases_that_refuse_and_batches_are_told_of(made: Any, refused: Any) -> None:
    owner = made("mfileowner")
    assert owner.json("POST", f"{FILES}/-/keys", {"role": "serviceadmin"}).status_int == 403
    [event] = refused()
    assert event["actor"] == f"key:{owner.id}"
    writer = made("mfilereadwrite")
    writer("PUT", f"{FILES}/a.txt", body=b"x")
    work = {"operations": [{"op": "remove", "path": "a.txt"}]}
    assert writer.json("POST", f"{FILES}/-/batch", work).json["results"][0]["status"] == 403
    assert refused()[0]["actor"] == f"key:{writer.id}"


def test_a_caveat_that_failed_is_named(made: Any, refused: Any) -> None:
    made("mfileowner", methods=["GET"])("PUT", f"{FILES}/a.txt", body=b"x")
    [event] = refused()
    assert event["after"]["caveat"] == "methods"


def test_many_guesses_are_one_parcel(
    app: Any, stranger: Any, queues: Queues, push: Any, refused: Any
) -> None:
    for _ in range(50):
        stranger("GET", f"{FILES}/")
    push()
    assert waiting(queues) == 1
    [event] = refused()
    assert event["after"] == {"method": "GET", "status": 404, "times": 50}


def test_so_many_different_ones_are_kept_and_no_more(
    app: Any, customer: Any, made: Any, refused: Any, push: Any, queues: Queues,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(refusals, "DIFFERENT", 3)
    reader = made("mfilereadonly")
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        customer("PUT", f"{FILES}/{method}", body=b"x")
        reader("DELETE", f"{FILES}/{method}")
    assert len(refused("", "&deep=true")) == 3
    assert "1 refused attempts are not recorded: too many different ones" in caplog.text
    monkeypatch.setattr(refusals, "KEPT", 1)
    for _ in range(2):
        reader("DELETE", f"{FILES}/PUT")
        push()
    assert waiting(queues) == 1
    assert "no scheduler settles them" in caplog.text


def test_a_scheduler_that_dies_in_between_adds_nothing_twice(
    db: Any, settings: Settings, queues: Queues, stranger: Any, push: Any, refused: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def die(*_: Any) -> None:
        raise SystemExit

    stranger("GET", f"{FILES}/")
    push()
    with monkeypatch.context() as patched:
        patched.setattr(refusals, "_take_off", die)
        with pytest.raises(SystemExit):
            settle(db, settings, queues)
    assert waiting(queues) == 1
    assert len(refused()) == 1
    assert waiting(queues) == 0


def test_two_that_settle_the_same_at_once_add_it_once(db: Any, refused: Any) -> None:
    parcel = {
        "key": new_key(clock.now()),
        "events": [["nobody", "rest", "", "refuse", "", "", None, {"times": 1}]],
    }
    text = json.dumps(parcel).encode()
    with writers(db, 2) as (first, second):
        refusals._settle([text], first.site)
        refusals._settle([text], second.site)
        first.commit()
        with pytest.raises(ConflictError):
            second.commit()
    assert len(refused("")) == 1


def test_who_has_not_the_lock_leaves_it_to_who_has(
    db: Any, settings: Settings, queues: Queues, stranger: Any, push: Any
) -> None:
    stranger("GET", f"{FILES}/")
    push()
    with sole(queues, refusals.SETTLING):
        settle(db, settings, queues)
    assert waiting(queues) == 1


def test_what_stands_there_and_is_none_is_left_out(
    queues: Queues, refused: Any, stranger: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for text in ("x", "{}", "[]", '{"key": "k", "events": [[1]]}'):
        queues.redis.rpush(WAITING, text)
    stranger("GET", f"{FILES}/")
    assert len(refused()) == 1
    assert waiting(queues) == 0
    assert "holds what is no refused attempt" in caplog.text


def test_where_redis_is_away_the_log_has_a_line(
    redis: RedisServer, made: Any, push: Any, caplog: pytest.LogCaptureFixture
) -> None:
    reader = made("mfilereadonly")
    redis.kill()
    caplog.set_level(logging.WARNING)
    assert reader("PUT", f"{FILES}/a", body=b"x").status_int == 403
    push()
    assert "1 refused attempts are not recorded" in caplog.text
    redis.start()


def test_they_are_pushed_by_themselves(app: TestApp, stranger: Any, queues: Queues) -> None:
    app.app.registry.refusals._bell.rest = 0.05
    stranger("GET", f"{FILES}/")
    wait_for(lambda: waiting(queues) == 1)


def test_an_old_attempt_is_found_where_it_belongs(
    monkeypatch: pytest.MonkeyPatch, stranger: Any, refused: Any, push: Any
) -> None:
    """It is settled weeks later."""
    time = Clock(monkeypatch, "2027-03-01T12:00:00Z")
    stranger("GET", f"{FILES}/")
    push()
    time.pass_by(30 * 86_400)
    [event] = refused()
    assert event["time"] == "2027-03-01T12:00:00.000000Z"
