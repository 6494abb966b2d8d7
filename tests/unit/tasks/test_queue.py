"""The queue delivers each attempt once, after the commit, and is never what a request fails on."""

import logging
from typing import Any

import pytest
import transaction
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from mserve.tasks import outbox, queue
from mserve.tasks.delivery import Delivery
from mserve.tasks.outbox import after_commit, bind
from mserve.tasks.queue import Queues
from mserve.tasks.rq_job import FUNCTION
from tests.unit.tasks.support import RedisServer

ONE = Delivery("a1b2-0-0", 1, "normal")
TWO = Delivery("a1b2-0-1", 1, "priority")


class Database:
    """Something that queues can be bound to."""


def test_what_is_pushed_waits_in_its_queue(queues: Queues) -> None:
    assert queues.push([ONE, TWO]) == {"a1b2-0-0-1", "a1b2-0-1-1"}
    assert queues.waiting("normal") == {ONE.id}
    assert queues.waiting("priority") == {TWO.id}
    assert queues.waiting("gpu") == set()


def test_rq_finds_the_queues_and_the_jobs(queues: Queues) -> None:
    queues.push([ONE, TWO])
    assert {each.name for each in Queue.all(queues.redis)} == {"normal", "priority"}
    job = Job.fetch(ONE.id, queues.redis, JSONSerializer)
    assert (job.func_name, job.args) == (FUNCTION, [["a1b2-0-0"], 1])
    assert (job.origin, job.timeout, job.result_ttl) == ("normal", -1, 0)
    assert job.description == "attempt 1 of a1b2-0-0"
    assert job.is_queued and job.enqueued_at is not None


def test_pushing_twice_delivers_once(queues: Queues) -> None:
    queues.push([ONE])
    assert queues.push([ONE, TWO]) == {TWO.id}
    assert queues.redis.llen("rq:queue:normal") == 1


def test_another_attempt_is_another_delivery(queues: Queues) -> None:
    queues.push([ONE])
    again = Delivery(ONE.run, 2, "normal")
    assert queues.push([again]) == {again.id}


def test_more_than_a_batch_is_pushed_whole(queues: Queues) -> None:
    many = [Delivery(f"run-{number}", 1, "normal") for number in range(queue.BATCH + 3)]
    assert len(queues.push(many)) == len(many) == len(queues.waiting("normal"))


def test_pushing_nothing_asks_nothing(queues: Queues) -> None:
    assert queues.push([]) == set()
    assert queues.redis.keys() == []


def test_what_a_worker_has_just_taken_does_not_wait(queues: Queues) -> None:
    queues.push([ONE])
    queues.redis.lmove("rq:queue:normal", "rq:queue:normal:intermediate")
    assert queues.waiting("normal") == set()
    assert queues.push([ONE]) == set()


def test_an_attempt_is_alive_for_as_long_as_was_said(queues: Queues) -> None:
    queues.beat([ONE.id], 30)
    queues.beat([TWO.id], 0.001)
    assert 29_000 < queues.redis.pttl(queue.ALIVE + ONE.id) <= 30_000
    assert queues.alive([ONE.id, "unknown"]) == {ONE.id}
    assert queues.alive([]) == set()


def test_progress_is_told_and_read(queues: Queues) -> None:
    queues.progress("one", 0.25, "page 3 of 12 – höher")
    assert queues.read_progress(["one", "two"]) == {"one": (0.25, "page 3 of 12 – höher")}


def test_what_a_run_has_said_is_told_until_it_says_nothing(queues: Queues) -> None:
    queues.say("one", "line\n")
    assert queues.read_said(["one", "two"]) == {"one": "line\n"}
    queues.say("one", "")  # another attempt
    assert queues.read_said(["one", "two"]) == {}
    assert 0 < queues.redis.ttl(queue.SAID + "one") <= queue.TOLD_TTL


def test_a_commit_pushes(queues: Queues) -> None:
    db, manager = Database(), transaction.TransactionManager(explicit=True)
    bind(db, queues)
    after_commit(manager.begin(), db, [ONE])
    assert queues.waiting("normal") == set()
    manager.commit()
    assert queues.waiting("normal") == {ONE.id}


def test_an_abort_pushes_nothing(queues: Queues) -> None:
    db, manager = Database(), transaction.TransactionManager(explicit=True)
    bind(db, queues)
    after_commit(manager.begin(), db, [ONE])
    manager.abort()
    manager.begin()
    manager.commit()
    assert queues.waiting("normal") == set()


def test_a_commit_that_fails_pushes_nothing(queues: Queues) -> None:
    class Refuses:
        def __getattr__(self, name: str) -> Any:
            return lambda *arguments: None

        def sortKey(self) -> str:  # noqa: N802 - the name that transaction asks for
            return "refuses"

        def tpc_vote(self, current: Any) -> None:
            raise ValueError("no")

    db, manager = Database(), transaction.TransactionManager(explicit=True)
    bind(db, queues)
    current = manager.begin()
    current.join(Refuses())
    after_commit(current, db, [ONE])
    with pytest.raises(ValueError, match="no"):
        manager.commit()
    manager.abort()
    assert queues.waiting("normal") == set()


def test_where_no_queues_are_bound_nothing_is_pushed(queues: Queues) -> None:
    manager = transaction.TransactionManager(explicit=True)
    after_commit(manager.begin(), Database(), [ONE])
    manager.commit()
    assert queues.waiting("normal") == set()


def test_the_commit_stands_where_redis_is_away(
    redis: RedisServer, queues: Queues, caplog: pytest.LogCaptureFixture
) -> None:
    db, manager = Database(), transaction.TransactionManager(explicit=True)
    bind(db, queues)
    assert queues.ping()
    redis.kill()
    assert not queues.ping()
    after_commit(manager.begin(), db, [ONE])
    with caplog.at_level(logging.WARNING):
        manager.commit()
    assert "tasks wait for the next sweep" in caplog.text
    with pytest.raises(RedisError):
        queues.waiting("normal")


def test_queues_work_again_when_redis_is_back(redis: RedisServer, queues: Queues) -> None:
    queues.push([ONE])
    redis.kill()
    redis.start()
    assert queues.push([TWO]) == {TWO.id}


def test_queues_do_not_keep_a_database() -> None:
    db = Database()
    bind(db, Queues.from_url("redis://127.0.0.1:1"))
    size = len(outbox._bound)
    del db
    assert len(outbox._bound) == size - 1
