"""News of jobs: each change is told after its commit, to those whom it concerns."""

import json
import select
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis.connection import AbstractConnection

from mserve import database
from mserve.tasks import attempts, engine, news, steering
from mserve.tasks.claim import Ended, Failed, Taker
from mserve.tasks.delivery import Delivery
from mserve.tasks.news import Change, Follower, News
from mserve.tasks.queue import Queues
from mserve.tasks.runner import Runner
from tests.unit.tasks.support import RedisServer, Tree, wait_for

ONE = Change("job1", "file1", "service")
TWO = Change("job2", "file2", "service")
NO = Failed("no", 0.1, final=True)


@pytest.fixture
def heard(queues: Queues) -> Iterator[Callable[[], list[Any]]]:
    """`heard()`: the messages since the last time."""
    with queues.redis.pubsub() as pubsub:  # type: ignore[no-untyped-call]  # redis
        pubsub.subscribe(news.CHANNEL)
        assert pubsub.get_message(timeout=5)

        def take() -> list[Any]:
            found = iter(lambda: pubsub.get_message(timeout=0.05), None)
            return [json.loads(each["data"]) for each in found]

        yield take


@pytest.fixture
def listening(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> Iterator[News]:
    monkeypatch.setattr(news, "LINGER", 0.3)
    monkeypatch.setattr(news, "TICK", 0.1)
    monkeypatch.setattr(news, "PAUSE", 0.1)
    yield News(queues.redis)
    wait_for(lambda: not listeners())


def listeners() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "news"]


def rung(follower: Follower, seconds: float = 5) -> bool:
    poll = select.poll()
    poll.register(follower.bell, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def change(tree: Tree, run: str, act: Callable[[Any, Any], Any]) -> None:
    database.run(tree.db, lambda site: act(site, site.run(run)))


def test_every_change_of_a_job_is_told_once_a_commit(
    tree: Tree, heard: Callable[[], list[Any]]
) -> None:
    run = tree.start("shout")
    told = database.run(tree.db, lambda site: [[*Change.of(site.run(run).job)]])
    assert heard() == [told]
    acts: list[Callable[[Any, Any], Any]] = [
        lambda site, run: attempts.claim(site, run.id, 1, Taker("here", 15)),
        lambda site, run: attempts.finish(site, [Ended(run.id, 1, NO)]),
        lambda site, run: engine.advance(site, run.job.id),
        lambda site, run: steering.retry(site, run.job),
        lambda site, run: attempts.requeue(site, run.id, 2),
        lambda site, run: steering.stop(site, run.job),
    ]
    for act in acts:
        change(tree, run, act)
        assert heard() == [told]
    change(tree, run, lambda site, run: attempts.finish(site, [Ended(run.id, 1, NO)]))
    assert heard() == []  # it had moved on


def test_what_a_task_says_of_itself_is_told(runner: Runner, queues: Queues, heard: Any) -> None:
    queues.progress("job1-0-0", 0.5, "half")
    assert heard() == [[["job1"]]]
    assert queues.read_progress(["job1-0-0"]) == {"job1-0-0": (0.5, "half")}


def test_deliveries_and_news_go_in_one_round_trip(
    queues: Queues, heard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, sent = AbstractConnection.send_packed_command, []

    def counted(connection: Any, command: Any, **options: Any) -> Any:
        sent.append(command)
        return send(connection, command, **options)

    assert queues.ping()  # connected
    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    assert queues.push([Delivery("a", 1, "normal")], changes=[ONE, TWO]) == {"a-1"}
    assert len(sent) == 1
    assert heard() == [[[*ONE], [*TWO]]]


def test_a_follower_is_rung_for_what_it_follows_alone(listening: News, queues: Queues) -> None:
    with (
        listening.follow("job1") as job,
        listening.follow("file2") as file,
        listening.follow("service") as service,
    ):
        wait_for(lambda: listening.heard)
        time.sleep(0.1)
        assert job.take() is None  # it was the first: what was before is not known
        for each in (file, service):
            each.take()
        assert len(listeners()) == 1
        queues.push([], changes=[ONE])
        assert rung(job) and rung(service) and not rung(file, 0.2)
        assert (job.take(), service.take(), file.take()) == ({"job1"}, {"job1"}, set())
        queues.push([], changes=[ONE, TWO])
        assert rung(file) and file.take() == {"job2"}
        time.sleep(0.2)
        assert service.take() == {"job1", "job2"} and not rung(service, 0)


def test_one_who_does_not_listen_for_long_keeps_little(monkeypatch: Any) -> None:
    monkeypatch.setattr(news, "MOST", 3)
    follower = Follower()
    for number in range(10):
        follower.tell(f"job{number}")
    assert len(follower._jobs) == 3
    assert follower.take() is None and follower.take() == set()


def test_the_listener_ends_when_nobody_follows_and_begins_again(
    listening: News, queues: Queues
) -> None:
    for _ in range(2):
        with listening.follow("job1") as follower:
            assert rung(follower)
        wait_for(lambda: not listeners())
        assert not listening.heard and not listening._followers
    wait_for(lambda: queues.redis.pubsub_numsub(news.CHANNEL)[0][1] == 0)  # type: ignore[index]  # redis


def test_redis_goes_and_comes_back(listening: News, redis: RedisServer, queues: Queues) -> None:
    with listening.follow("job1") as follower:
        assert rung(follower) and follower.take() is None
        redis.kill()
        assert rung(follower) and follower.take() is None  # look yourself
        assert not listening.heard
        redis.start()
        assert rung(follower) and follower.take() is None  # something may have been missed
        assert listening.heard
        queues.push([], changes=[ONE])
        assert rung(follower) and follower.take() == {"job1"}


def test_where_redis_is_away_a_commit_does_not_wait(
    tree: Tree, redis: RedisServer, queues: Queues
) -> None:
    run = tree.start("shout")
    redis.kill()
    began = time.monotonic()
    for attempt in (1, 2):
        change(tree, run, lambda site, run, n=attempt: attempts.requeue(site, run.id, n))
    assert time.monotonic() - began < 1
    assert tree.see(run, "attempt") == (3,)
