"""A password on top of a key: guesses at it are slowed down, and hold up nobody else."""

from typing import Any

import pytest

from mserve.security import lock
from mserve.throttle import PREFIX, Limit
from tests.unit.tasks.support import RedisServer

FILE = "/demo/files/a.txt"


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three guesses, and a pause that does not end while a test runs."""
    monkeypatch.setattr(lock, "GUESSES", Limit(free=3, base=300, most=300, window=600))


@pytest.fixture
def reader(made: Any, customer: Any) -> Any:
    assert customer("PUT", FILE, body=b"abc").status_int == 201
    return made("mfilereadonly", password="correct horse")


def get(client: Any, password: str | None) -> Any:
    headers = {} if password is None else {"Mserve-Password": password}
    return client("GET", FILE, headers=headers)


def test_guesses_are_slowed_down_and_the_right_one_is_told_to_wait(
    reader: Any, made: Any, customer: Any, queues: Any
) -> None:
    other = made("mfilereadonly", password="battery staple")
    assert [get(reader, f"wrong {n}").status_int for n in range(3)] == [403] * 3
    answer = get(reader, "correct horse")
    assert answer.status_int == 429 and 0 < int(answer.headers["Retry-After"]) <= 300
    assert "too many attempts; try again in " in answer.json["detail"]
    assert get(other, "battery staple").status_int == 200
    assert customer("GET", FILE).status_int == 200
    for name in queues.redis.scan_iter(f"{PREFIX}*"):
        queues.redis.hdel(name, "until")  # as if the pause were over
    assert get(reader, "correct horse").body == b"abc"


def test_who_came_with_the_right_one_before_goes_on(reader: Any) -> None:
    assert get(reader, "correct horse").status_int == 200
    for n in range(6):
        get(reader, f"wrong {n}")
    assert get(reader, "wrong 9").status_int == 429
    assert get(reader, "correct horse").status_int == 200


def test_the_same_wrong_one_is_one_guess_and_none_is_no_guess(reader: Any) -> None:
    for _ in range(6):
        assert [get(reader, given).status_int for given in ("wrong", None)] == [403, 403]
    assert get(reader, "correct horse").status_int == 200


def test_right_ones_are_taken_back(made: Any, reader: Any) -> None:
    for n in range(2):
        get(reader, f"wrong {n}")
    assert get(reader, "correct horse").status_int == 200
    assert get(reader, "wrong 5").status_int == 403


def test_a_guess_that_cannot_be_counted_is_not_looked_at(
    reader: Any, customer: Any, redis: RedisServer
) -> None:
    redis.kill()
    assert get(reader, "correct horse").status_int == 503
    assert customer("GET", FILE).status_int == 200
