"""Who follows usage is rung after each commit that reports some, some times a second at most."""

from typing import Any

import pytest

from mserve import database
from mserve.resources.metering import report
from mserve.tasks import ripples
from mserve.tasks.news import News
from mserve.tasks.queue import Queues
from tests.unit.tasks.support import RedisServer, wait_for
from tests.unit.tasks.test_news import listening, rung

__all__ = ["listening"]
FRAMES = "http://example.com/frames"


@pytest.fixture
def told(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(queues.redis, "publish", lambda *message: found.append(message))
    return found


def use(site: Any) -> str:
    service = site["demo"]["files"]
    report([*service.lineage()], FRAMES, 1)
    return str(service.id)


def test_followers_of_all_accounts_are_rung(db: Any, queues: Queues, listening: News) -> None:
    here = ripples.begin(db, queues)
    id = database.run(db, lambda site: site["demo"]["files"].id)
    other = database.run(db, lambda site: site["demo"].id)
    with (
        listening.follow(ripples.topic(id)) as follower,
        listening.follow(ripples.topic(other)) as above,
        listening.follow("other") as stranger,
    ):
        wait_for(lambda: listening.heard)
        for each in (follower, above, stranger):
            rung(each)
            each.take()
        database.run(db, use)
        assert rung(follower) and rung(above) and not rung(stranger, 0.3)
    here.end()


def test_what_comes_at_once_is_told_at_once(db: Any, queues: Queues, told: list[Any]) -> None:
    here = ripples.begin(db, queues)
    for _ in range(20):
        database.run(db, use)
    wait_for(lambda: bool(told))
    here.end()
    assert len(told) < 20
    assert str(database.run(db, use)) in told[0][1]


def test_what_is_not_committed_is_not_told(db: Any, queues: Queues) -> None:
    here = ripples.begin(db, queues)
    here.end()

    def fail(site: Any) -> None:
        use(site)
        raise ValueError

    with pytest.raises(ValueError):
        database.run(db, fail)
    assert here._seen == set()


def test_a_redis_that_is_away_is_left_alone(
    db: Any, queues: Queues, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ripples.Ripples(queues)
    here.end()
    redis.kill()
    here({bytes(16)})
    here.tell()
    asked: list[Any] = []
    monkeypatch.setattr(queues.redis, "publish", lambda *message: asked.append(message))
    here({bytes(16)})
    here.tell()
    assert asked == []
    here._not_before = 0.0
    here({bytes(32)})
    here.tell()
    assert asked[0][1] == '[["usage","usage:' + "0" * 32 + '"]]'
