"""Steering: a job is stopped, retried and run again, and each thing is done and counted once."""

import json
import time
from typing import Any

import pytest

from mserve import database, ingest
from mserve.errors import Conflict
from mserve.resources import metrics
from mserve.resources.run import CANCELLED, DONE, DUE, FAILED, RUNNING, SKIPPED
from mserve.tasks import steering
from mserve.tasks.outbox import bind
from mserve.tasks.queue import Queues
from tests.unit.tasks.test_engine import ILL, WELL, World, spec, task_set

BAD = ILL.__class__("it went wrong", 0.5, final=True)


@pytest.fixture
def world(db: Any) -> World:
    return World(db)


def stop(world: World) -> None:
    world.do(lambda site: steering.stop(site, site.ids[world.job]))


def retry(world: World) -> None:
    world.do(lambda site: steering.retry(site, site.ids[world.job]))


def total(world: World, metric: str) -> float:
    return float(world.do(lambda site: site.usage.get(metric).total))


def perform(world: World, place: str, result: Any = WELL) -> None:
    """The attempt that is due."""
    attempt = world.see(place, "attempt")
    assert world.claim(place, attempt)
    assert world.finish(place, attempt, result)
    world.advance()


def test_what_waits_and_what_runs_is_stopped(world: World) -> None:
    world.start(task_set(spec("a"), spec("b")), task_set(spec("c")))
    world.claim("0-0")
    stop(world)
    assert world.outcome() == CANCELLED
    assert world.states() == [[CANCELLED, CANCELLED]]
    assert not world.finish("0-0")
    assert world.index("due") == world.index("running") == world.index("active") == {}
    with pytest.raises(Conflict):
        stop(world)


def test_the_worker_is_told_which_delivery_to_end(world: World, queues: Queues, db: Any) -> None:
    bind(db, queues)
    world.start(task_set(spec("a"), spec("b")))
    world.claim("0-0", worker="worker-7")
    listening = queues.redis.pubsub()
    listening.subscribe("rq:pubsub:worker-7")
    try:
        assert listening.get_message(timeout=5)["type"] == "subscribe"
        stop(world)
        end = time.monotonic() + 5
        while not (message := listening.get_message(timeout=1)) and time.monotonic() < end:
            pass
    finally:
        listening.close()
    told = json.loads(message["data"])
    assert (told["command"], told["job_id"]) == ("stop-job", f"{world.id('0-0')}-1")


def test_what_failed_is_done_once_more_and_the_rest_follows(world: World) -> None:
    world.start(task_set(spec("a"), spec("b")), task_set(spec("c")))
    perform(world, "0-0")
    perform(world, "0-1", BAD)
    assert world.outcome() == FAILED
    retry(world)
    assert world.states() == [[DONE, DUE]]
    assert world.due() == {("0-1", 2)}
    perform(world, "0-1")
    perform(world, "1-0")
    assert (world.outcome(), world.states()) == (DONE, [[DONE, DONE], [DONE]])
    assert (total(world, metrics.TASK), total(world, metrics.JOB)) == (3, 1)
    assert total(world, metrics.TASK_FAILURE) == 1
    assert total(world, metrics.JOB_RUNTIME) == 4 * 0.5


def test_a_task_counts_as_failed_once_when_its_attempts_are_over(world: World) -> None:
    world.start(task_set(spec("a", retries=1)))
    for failures in (0, 1, 1):
        world.do(lambda site: setattr(site.run(world.id("0-0")), "not_before", 0))
        perform(world, "0-0", ILL)
        assert total(world, metrics.TASK_FAILURE) == failures
        if world.outcome() == FAILED:
            retry(world)
    assert total(world, metrics.TASK) == 1


def test_what_failed_in_an_earlier_set_is_waited_for(world: World) -> None:
    world.start(
        task_set(spec("a"), on_failure="continue"), task_set(spec("b")), task_set(spec("c"))
    )
    perform(world, "0-0", BAD)
    perform(world, "1-0", BAD)
    assert world.outcome() == FAILED
    retry(world)
    perform(world, "1-0")
    assert world.states() == [[DUE], [DONE]]  # the third set waits for the first as well
    perform(world, "0-0")
    assert world.states() == [[DONE], [DONE], [DUE]]
    perform(world, "2-0")
    assert world.outcome() == DONE


def test_a_failure_that_was_passed_over_can_be_retried(world: World) -> None:
    world.start(task_set(spec("a"), on_failure="continue"), task_set(spec("b")))
    perform(world, "0-0", BAD)
    perform(world, "1-0")
    assert world.outcome() == DONE
    retry(world)
    perform(world, "0-0")
    assert (world.outcome(), world.states()) == (DONE, [[DONE], [DONE]])


def test_a_cancelled_job_goes_on_where_it_was(world: World) -> None:
    world.start(task_set(spec("a"), spec("n", condition="false")), task_set(spec("b")))
    world.claim("0-0")
    stop(world)
    retry(world)
    assert world.states() == [[DUE, SKIPPED]]
    assert not world.finish("0-0", 1)  # whoever was at it is late
    perform(world, "0-0")
    perform(world, "1-0")
    assert world.outcome() == DONE


def test_what_ended_well_or_runs_is_not_retried(world: World) -> None:
    world.start(task_set(spec("a")))
    with pytest.raises(Conflict, match="not ended"):
        retry(world)
    perform(world, "0-0")
    with pytest.raises(Conflict, match="well"):
        retry(world)


def test_a_file_that_is_gone_or_replaced_is_not_retried(world: World) -> None:
    world.start(task_set(spec("a")))
    perform(world, "0-0", BAD)
    spool = world.spool(b"other bytes")
    world.do(lambda site: ingest.put(site["demo"]["files"], "file", spool))
    spool.clear()
    with pytest.raises(Conflict, match="other content"):
        retry(world)
    world.do(lambda site: ingest.remove(site["demo"]["files"]["file"]))
    with pytest.raises(Conflict, match="not there"):
        retry(world)
    with pytest.raises(Conflict, match="not there"):
        world.do(lambda site: steering.run_again(site.ids[world.job]))


def test_each_attempt_is_kept(world: World) -> None:
    world.start(task_set(spec("a", retries=1)))
    world.claim("0-0", 1)
    world.finish("0-0", 1, ILL)
    world.do(lambda s: setattr(s.run(world.id("0-0")), "not_before", 0))
    world.claim("0-0", 2)
    world.requeue("0-0", 2)
    perform(world, "0-0")
    attempts = world.see("0-0", "attempts")
    assert [each.number for each in attempts] == [1, 2, 3]
    assert [each.error for each in attempts] == ["it went wrong", "its worker was lost", None]
    assert database.run(world.db, lambda site: site.run(world.id("0-0")).state) == DONE
    assert world.see("0-0", "state") != RUNNING
