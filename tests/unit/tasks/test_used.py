"""When a key was used is noted beside the request, and settled in the tree."""

import time
from typing import Any

import pytest

from mserve import database
from mserve.resources.key import Key
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.used import USED, Uses, settle_used
from tests.unit.support import Clock
from tests.unit.tasks.support import RedisServer, wait_for


def key_of(site: Any) -> Key:
    key: Key = next(iter(site["demo"]["files"].keys.values()))
    return key


def note(db: Any, uses: Uses) -> None:
    database.run(db, lambda site: uses.note(key_of(site)))


@pytest.fixture
def uses(queues: Queues) -> Uses:
    return Uses(queues, rest=0.01)


def test_the_last_use_is_settled_in_one_commit(
    db: Any, see: Any, settings: Settings, queues: Queues, uses: Uses,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    clock = Clock(monkeypatch, "2026-05-01T12:00:00Z")
    assert see(lambda site: key_of(site).used) is None
    before = db.lastTransaction()
    for _ in range(100):
        clock.pass_by(1)
        note(db, uses)
    wait_for(lambda: clock.moment in dict(queues.redis.zscan_iter(USED)).values())
    assert db.lastTransaction() == before
    settle_used(db, settings, queues)
    assert see(lambda site: key_of(site).used) == clock.moment
    assert queues.redis.zcard(USED) == 0


def test_an_earlier_use_that_is_told_later_changes_nothing(
    db: Any, see: Any, settings: Settings, queues: Queues
) -> None:
    owner = see(lambda site: f"{key_of(site).__parent__.id}-{key_of(site).id}")
    for moment in (20, 10):
        queues.redis.zadd(USED, {owner: moment, "gone-gone": moment, "nonsense": 1})
        settle_used(db, settings, queues)
        assert see(lambda site: key_of(site).used) == 20
    assert queues.redis.zcard(USED) == 0


def test_a_use_while_it_is_settled_stays_noted(
    db: Any, see: Any, settings: Settings, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = see(lambda site: f"{key_of(site).__parent__.id}-{key_of(site).id}")
    queues.redis.zadd(USED, {owner: 20})
    run = database.run

    def slow(*args: Any) -> Any:
        found = run(*args)
        queues.redis.zadd(USED, {owner: 30})
        return found

    with monkeypatch.context() as patch:
        patch.setattr(database, "run", slow)
        settle_used(db, settings, queues)
    assert queues.redis.zscore(USED, owner) == 30


def test_a_redis_that_is_away_is_told_when_it_is_back(
    db: Any, redis: RedisServer, queues: Queues, uses: Uses
) -> None:
    redis.kill()
    began = time.monotonic()
    for _ in range(100):
        note(db, uses)
    assert time.monotonic() - began < 1
    time.sleep(0.1)
    redis.start()
    wait_for(lambda: queues.redis.zcard(USED) == 1)
