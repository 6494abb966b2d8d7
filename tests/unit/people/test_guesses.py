"""Guesses are slowed, for who makes them and not for others; keys that are good never are."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mserve import throttle
from mserve.resources.key import digest
from mserve.throttle import Limit, Subject, attempt, forgive, network
from tests.unit.people.conftest import FILES, PASSWORD
from tests.unit.support import basic

QUICK = Limit(free=3, base=0.2, most=0.5, window=1.0)
LASTING = Limit(free=3, base=60.0, most=60.0, window=600.0)
"""Whose pauses are over in no test, however slowly the machine goes."""


@pytest.fixture
def subject() -> Subject:
    return Subject(QUICK, "test", "somebody")


def test_pauses_grow_up_to_a_limit_and_are_forgotten(queues: Any, subject: Subject) -> None:
    redis = queues.redis
    assert [attempt(redis, [subject]) for _ in range(4)] == [0, 0, 0, 1]

    def pause() -> float:
        return float(redis.hget(subject.key, "until")) / 1000 - time.time()

    waits = []
    for _ in range(3):
        waits.append(pause())
        time.sleep(max(pause(), 0) + 0.02)
        assert attempt(redis, [subject]) == 0
    assert waits == pytest.approx([0.2, 0.4, 0.5], abs=0.1)
    time.sleep(1.1)
    assert [attempt(redis, [subject]) for _ in range(4)] == [0, 0, 0, 1]


def test_who_waits_is_not_counted(queues: Any) -> None:
    subject = Subject(LASTING, "test", "somebody")
    for _ in range(50):
        attempt(queues.redis, [subject])
    assert int(queues.redis.hget(subject.key, "count")) == LASTING.free


def test_a_right_guess_is_taken_back(queues: Any, subject: Subject) -> None:
    for _ in range(20):
        assert attempt(queues.redis, [subject]) == 0
        forgive(queues.redis, [subject])


def test_of_several_that_are_counted_the_slowest_holds(queues: Any, subject: Subject) -> None:
    other = Subject(QUICK, "test", "another")
    while not attempt(queues.redis, [subject]):
        pass
    before = queues.redis.hget(other.key, "count")
    assert attempt(queues.redis, [subject, other]) == 1
    assert queues.redis.hget(other.key, "count") == before


def test_many_guesses_at_once_are_many(queues: Any) -> None:
    subject = Subject(LASTING, "test", "somebody")
    with ThreadPoolExecutor(16) as pool:
        waits = [*pool.map(lambda _: attempt(queues.redis, [subject]), range(64))]
    assert waits.count(0) == LASTING.free


@pytest.mark.parametrize(
    ("address", "counted"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
     ("2001:db8:1:2::9", "2001:db8:1:2::"), ("2001:db8:1:3::9", "2001:db8:1:3::"),
     ("::ffff:192.0.2.7", "192.0.2.7"), ("", ""), ("unix", "unix")],
)  # fmt: skip
def test_a_customer_of_ipv6_has_a_network(address: str, counted: str) -> None:
    assert network(address) == counted


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch: Any) -> None:
    """Pauses so long that none is over while a test runs."""
    for name in ("ACCOUNT", "ADDRESS", "KNOWN"):
        limit = getattr(throttle, name)
        monkeypatch.setattr(throttle, name, limit._replace(base=300, most=900))


def guess(attacker: Any, name: str = "anna") -> Any:
    return attacker.try_login(name, "wrong")


def limited(monkeypatch: Any, **limits: Limit) -> None:
    for name, limit in limits.items():
        monkeypatch.setattr(throttle, name.upper(), limit)


def test_an_account_is_guessed_at_slowly_from_everywhere(browser: Any, anna: str) -> None:
    answers = [guess(browser(f"198.51.100.{number}")) for number in range(8)]
    assert [each.status_int for each in answers] == [403] * 5 + [429] * 3
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
    assert "try again in" in answers[-1].json["detail"]
    page = browser("198.51.100.99")
    answer = page.submit(page.get("/-/login"), "login", name="anna", password=PASSWORD, status=429)
    assert answer.headers["Retry-After"]
    assert browser("198.51.100.100").try_login("ben").status_int == 403


def test_an_account_that_is_not_there_is_slowed_alike(browser: Any, anna: str) -> None:
    answers = [guess(browser(f"198.51.100.{number}"), "nobody") for number in range(8)]
    assert [each.status_int for each in answers] == [403] * 5 + [429] * 3


def test_an_address_that_guesses_at_many_accounts_waits(browser: Any, anna: str) -> None:
    attacker = browser("2001:db8::1")
    statuses = [guess(attacker, f"name{number}").status_int for number in range(21)]
    assert statuses == [403] * 20 + [429]
    assert guess(browser("2001:db8::ffff"), "another").status_int == 429
    assert guess(browser("2001:db8:0:1::1"), "another").status_int == 403


def test_the_owner_is_not_locked_out_where_they_have_logged_in(browser: Any, anna: str) -> None:
    at_home, travelling = browser("192.0.2.1"), browser("192.0.2.1")
    travelling.login()
    for number in range(7):
        guess(browser(f"198.51.100.{number}"))
    assert browser("203.0.113.9").try_login("anna").status_int == 429
    assert at_home.try_login("anna").status_int == 200  # the address is known
    moved = browser("203.0.113.10")
    moved.app.cookiejar = travelling.app.cookiejar
    assert moved.try_login("anna").status_int == 200  # the browser is known


def test_a_neighbour_who_guesses_does_not_lock_out_the_browser(browser: Any, anna: str) -> None:
    own, neighbour = browser("192.0.2.1").login(), browser("192.0.2.1")
    for number in range(25):
        guess(neighbour, f"name{number}")
    for _ in range(15):
        guess(neighbour)
    assert guess(neighbour).status_int == 429
    assert own.try_login("anna").status_int == 200


def test_a_cookie_that_says_known_is_believed_if_it_is_ours(browser: Any, anna: str) -> None:
    browser("192.0.2.1").login()
    for number in range(7):
        guess(browser(f"198.51.100.{number}"))
    forger = browser("203.0.113.9")
    for value in ("x", "W1siYSJdXQ.abc.def"):
        forger.app.set_cookie("mserve-known", value)
        assert forger.try_login("anna").status_int == 429


def test_guesses_at_keys_are_counted_by_address(
    browser: Any, customer: Any, monkeypatch: Any
) -> None:
    limited(monkeypatch, key=Limit(free=10, base=300, most=300, window=600))
    attacker = browser("198.51.100.1")
    answers = [
        attacker.app.get(url, headers=headers, status="*")
        for number in range(5)
        for url, headers in (
            (f"/k/guess{number}/", {}),
            (FILES, {"Authorization": f"Bearer guess{number}"}),
            (f"/k/guess{number}/-/info", {}),
        )
    ]
    assert [each.status_int for each in answers] == [404] * 10 + [429] * 5
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
    for answer in answers[10:]:
        assert answer.content_type == "application/problem+json"
        assert {*answer.json} == {"type", "title", "status", "detail"}
    page = attacker.get("/k/guess/", status=429)
    assert "Too many attempts" in page.text
    for _ in range(50):  # the good key is neither slowed nor refused, from the same address
        answer = attacker.app.get(FILES, headers=customer.headers)
        assert answer.status_int == 200
        assert attacker.app.get(f"/k/{customer.key}/-/info").status_int == 200
    missing = attacker.app.get(f"{FILES}none", headers=customer.headers, status=404)
    assert "nothing here" in missing.json["detail"]
    assert browser("198.51.100.2").app.get("/k/guess/", status=404)


def test_keys_work_on_where_redis_is_away(
    browser: Any, customer: Any, redis: Any, monkeypatch: Any
) -> None:
    redis.kill()
    try:
        program = browser()
        assert program.app.get(FILES, headers=customer.headers).status_int == 200
        assert program.app.get("/k/guess/", status=404)
        answer = program.try_login("anna")
        assert answer.status_int == 503 and answer.headers["Retry-After"]
        program.app.set_cookie("mserve", "x")
        assert program.app.get(f"/k/{customer.key}/", headers={"Accept": "text/html"})
    finally:
        redis.start()


def test_guesses_by_http_basic_are_guesses_at_the_account(browser: Any, anna: str) -> None:
    program = browser("198.51.100.1")
    statuses = [
        program.app.get(FILES, headers=basic(f"wrong{number}", "anna"), status="*").status_int
        for number in range(8)
    ]
    assert statuses == [404] * 5 + [429] * 3
    assert guess(browser("198.51.100.2")).status_int == 429


def test_what_is_counted_is_not_written_in_clear(browser: Any, app: Any) -> None:
    guess(browser("198.51.100.77"), "hunter2hunter2")
    keys = [key.decode() for key in app.app.registry.queues.redis.scan_iter()]
    assert any(key.startswith(throttle.PREFIX) for key in keys)
    assert not any("hunter2" in key or "198.51" in key for key in keys)
    assert len(digest("x")) == 64
