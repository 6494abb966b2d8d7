"""Guesses of who has to wait are refused early, late, and as Pyramid refuses them."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from webob import Request

from mserve import passwords, throttle
from mserve.late import HOLD, MOST
from mserve.throttle import Limit, Subject, Throttle
from tests.unit.people.conftest import FILES, PASSWORD
from tests.unit.tasks.support import RedisServer

GUESSER, JSON = "198.51.100.1", {"Accept": "application/json"}
BEARER = {"Authorization": "Bearer guess", **JSON}
PLACES = (
    ("GET", "/k/guess/", JSON), ("HEAD", "/k/guess/a", JSON), ("POST", "/k/guess/", JSON),
    ("PUT", "/k/guess/a.txt", JSON), ("DELETE", "/k/guess/-/keys/x", JSON),
    ("OPTIONS", "/k/guess/", JSON), ("GET", FILES, BEARER), ("GET", f"{FILES}-/jobs", BEARER),
    ("PUT", f"{FILES}a.txt", BEARER), ("PATCH", FILES, BEARER), ("POST", f"{FILES}-/keys", BEARER),
)  # fmt: skip
OPEN = (
    ("GET", "/k/guess/-/docs", JSON), ("GET", "/k/guess/-/openapi.json", JSON),
    ("GET", "/-/login", BEARER), ("GET", "/-/health", BEARER),
)  # fmt: skip


def asking(method: str, path: str, headers: dict[str, str], **more: Any) -> Request:
    request = Request.blank(path, method=method, headers=headers, **more)
    request.environ["REMOTE_ADDR"] = GUESSER
    return request


def login(name: str = "anna", **headers: str) -> Request:
    document = {"name": name, "password": "wrong"}
    return asking("POST", "/-/login", {**JSON, **headers}, json=document)


@pytest.fixture
def express(app: Any) -> Any:
    return app.app


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two guesses, and a pause that does not end while a test runs."""
    for name in ("KEY", "ADDRESS", "ACCOUNT"):
        monkeypatch.setattr(throttle, name, Limit(free=2, base=900, most=900, window=3600))


@pytest.fixture
def waiting(express: Any, anna: str) -> None:
    """The guesser has to wait, with keys as with passwords."""
    for _ in range(3):
        asking(*PLACES[0]).send(express)
        login().send(express)


def shown(answer: Any) -> tuple[str, Any, bytes]:
    headers = [(name, text) for name, text in answer.headerlist if name != "Retry-After"]
    return answer.status, sorted(headers), answer.body.replace(b"899 s", b"900 s")


@pytest.mark.parametrize(("method", "path", "headers"), PLACES)
def test_a_wrong_key_of_who_waits_is_refused_early_however_it_is_used(
    express: Any, waiting: None, method: str, path: str, headers: dict[str, str]
) -> None:
    early = express.answer(asking(method, path, headers).environ)
    assert early.status == 429
    here, there = (asking(method, path, headers).send(app) for app in (express, express.app))
    assert shown(here) == shown(there)
    assert int(here.headers["Retry-After"]) == pytest.approx(900, abs=5)


def test_a_wrong_key_is_404_in_the_same_words(
    express: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "KEY", Limit(free=99, base=1, most=1, window=9))
    for method, path, headers in (PLACES[0], PLACES[1], PLACES[6]):
        assert express.answer(asking(method, path, headers).environ).status == 404
        here, there = (asking(method, path, headers).send(app) for app in (express, express.app))
        assert shown(here) == shown(there)


@pytest.mark.parametrize(("method", "path", "headers"), OPEN)
def test_what_needs_no_key_is_there_for_who_waits(
    express: Any, waiting: None, method: str, path: str, headers: dict[str, str]
) -> None:
    assert express.answer(asking(method, path, headers).environ) is None
    assert asking(method, path, headers).send(express).status_int == 200


def test_a_good_key_works_from_where_others_wait(
    express: Any, waiting: None, customer: Any
) -> None:
    good = {**customer.headers, **JSON}
    for method, path, more, status in (
        ("GET", FILES, {}, 200), ("PUT", f"{FILES}a.txt", {"body": b"x"}, 201),
        ("DELETE", f"{FILES}a.txt", {}, 204),
    ):  # fmt: skip
        assert asking(method, path, good, **more).send(express).status_int == status


def test_a_login_of_who_waits_is_refused_early(express: Any, waiting: None) -> None:
    for name in ("anna", "nobody", "another"):
        assert express.answer(login(name).environ).status == 429
    here, there = (login().send(app) for app in (express, express.app))
    assert shown(here) == shown(there)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b"{}", b'{"name": 1, "password": "x"}', b"[" * 9999,
             b'{"name": "anna", "password": "x", "more": "y"}', b'{"name": "anna"}'],
)  # fmt: skip
def test_what_is_no_login_is_told_what_is_wrong_with_it(
    express: Any, waiting: None, body: bytes
) -> None:
    request = asking("POST", "/-/login", JSON, body=body)
    assert request.copy().send(express).status_int == 400


def test_the_owner_logs_in_where_they_are_known(
    express: Any, browser: Any, anna: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = browser("192.0.2.1").login()
    for number in range(4):
        browser(f"198.51.100.{number}").try_login("anna", "wrong")
    assert express.registry.throttle.known([Subject(throttle.ACCOUNT, "account", "anna")])
    assert browser("203.0.113.9").try_login("anna").status_int == 429
    assert own.try_login("anna").status_int == 200


def test_redis_is_not_asked_for_who_is_known_to_wait(
    express: Any, waiting: None, redis: RedisServer
) -> None:
    redis.kill()
    assert asking(*PLACES[0]).send(express).status_int == 429
    assert login("nobody").send(express).status_int == 429


def test_it_is_remembered_for_a_moment(queues: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    process, subject = Throttle(queues.redis), Subject(throttle.KEY, "keys", "x")
    for _ in range(2):
        assert process.attempt([subject]) == ((), _ + 1)
    assert not process.known([subject])
    assert process.attempt([subject]).wait == process.known([subject]) == 900
    queues.redis.delete(subject.key)
    assert process.attempt([subject]).wait == 900
    monkeypatch.setattr(throttle.time, "monotonic", lambda now=throttle.time.monotonic: now() + 6)
    assert not process.known([subject]) and process.attempt([subject]).wait == 0


def test_each_of_several_is_remembered_by_itself(queues: Any) -> None:
    process = Throttle(queues.redis)
    waits, other = (Subject(throttle.KEY, "test", name) for name in ("waits", "other"))
    while not process.attempt([waits, other]).wait:
        queues.redis.delete(other.key)
    assert process.known([waits]) and not process.known([other])


@pytest.fixture
def held(express: Any) -> Callable[[Request], list[float]]:
    """`held(request)`: for how long the answer is to be held back, as often as that is said."""

    def ask(request: Request) -> list[float]:
        said: list[float] = []
        request.environ[HOLD] = said.append
        request.send(express)
        return said

    return ask


def test_answers_to_wrong_guesses_come_late_and_later(
    held: Callable[[Request], list[float]], customer: Any, anna: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name in ("KEY", "ADDRESS", "ACCOUNT"):
        monkeypatch.setattr(throttle, name, Limit(free=5, base=900, most=900, window=3600))
    late = [0, 0, 0, pytest.approx(0.1), pytest.approx(0.2), MOST, MOST]
    assert [max(held(asking(*PLACES[0]))) for _ in late] == late
    assert [max(held(login())) for _ in late] == late
    assert held(asking("GET", FILES, customer.headers)) == []
    assert held(asking("GET", f"{FILES}none", customer.headers)) == []


def test_throttled_logins_are_recorded(
    express: Any, waiting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[Any] = []
    monkeypatch.setattr(express.registry.refusals, "note", noted.append)
    login().send(express)
    login().send(express.app)
    asking(*PLACES[0]).send(express)
    asking(*PLACES[0]).send(express.app)
    first, second, third, fourth = noted
    assert first == second and third == fourth
    assert {(each.asker.actor, each.status) for each in noted} == {("nobody", 429)}


@pytest.fixture
def crowd() -> Iterator[Event]:
    """As many strangers wait for their passwords as may, until this is set."""
    go_on, places = Event(), passwords.SEATS + passwords.LONGEST_ROW
    for _ in range(passwords.SEATS):
        passwords._seats.submit(go_on.wait, 20)
    for _ in range(places):
        assert passwords._strangers.acquire(blocking=False)
    yield go_on
    go_on.set()
    passwords._strangers.release(places)


@pytest.fixture
def known(browser: Any, anna: str) -> Any:
    """Anna's browser, which was here before."""
    return browser("192.0.2.1").login()


def test_strangers_are_turned_away_where_too_many_wait_and_nothing_is_counted(
    browser: Any, known: Any, crowd: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "ACCOUNT", Limit(free=4, base=900, most=900, window=3600))
    monkeypatch.setattr(throttle, "ADDRESS", Limit(free=4, base=900, most=900, window=3600))
    answers = [browser("203.0.113.9").try_login("anna", "wrong") for _ in range(6)]
    assert [each.status_int for each in answers] == [503] * 6
    assert answers[0].headers["Retry-After"]
    assert "try again in a moment" in answers[0].json["detail"]
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(known.try_login, "anna", PASSWORD)
        crowd.set()
        assert answer.result().status_int == 200


def test_hashes_give_way_to_requests() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert passwords._seats.submit(os.getpriority, os.PRIO_PROCESS, 0).result() > own or own == 19
    assert os.getpriority(os.PRIO_PROCESS, 0) == own
