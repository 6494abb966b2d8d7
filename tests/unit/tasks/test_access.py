"""Access: a file that is read has its workflow run once in a window, and nobody waits for it."""

import time
from typing import Any

import pytest

from mserve import database, ingest
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.settings import Settings
from mserve.tasks.access import SEEN, WAITING, Accesses, start_accessed
from mserve.tasks.queue import Queues
from tests.unit.support import spool
from tests.unit.tasks.support import RedisServer, wait_for

WORKFLOW = Workflow((TaskSet("look", (TaskSpec("mime", "mime", {}),)),), window=2)


@pytest.fixture
def accesses(queues: Queues) -> Accesses:
    return Accesses(queues)


@pytest.fixture
def file(db: Any) -> None:
    body = spool(db, b"bytes")

    def make(site: Any) -> None:
        service = site["demo"]["files"]
        service.profiles["default"].change({"access": WORKFLOW})
        ingest.create(service, "a", body)

    database.run(db, make)
    body.clear()


def read(db: Any, accesses: Accesses) -> None:
    database.run(db, lambda site: accesses.note(site["demo"]["files"]["a"]))


def jobs(db: Any) -> list[str]:
    def look(site: Any) -> list[str]:
        return [job.trigger for _, job in site["demo"]["files"]["a"].page_jobs(100)]

    return database.run(db, look)


@pytest.mark.usefixtures("file")
def test_many_reads_start_one_job_in_a_window(
    db: Any, settings: Settings, accesses: Accesses, queues: Queues
) -> None:
    for _ in range(20):
        read(db, accesses)
    wait_for(lambda: not accesses._notes and queues.redis.llen(WAITING))
    for _ in range(2):
        start_accessed(db, settings, queues)
    assert jobs(db) == ["access"]
    wait_for(lambda: not queues.redis.keys(f"{SEEN}*"))
    read(db, accesses)
    wait_for(lambda: queues.redis.llen(WAITING))
    start_accessed(db, settings, queues)
    assert jobs(db) == ["access", "access"]


@pytest.mark.usefixtures("file")
def test_an_empty_workflow_writes_nothing(db: Any, accesses: Accesses, queues: Queues) -> None:
    database.run(db, lambda site: site["demo"]["files"].profiles["default"].change({}))
    read(db, accesses)
    assert not accesses._notes and not accesses._bell._begun
    assert queues.redis.keys("mserve:access*") == []


@pytest.mark.usefixtures("file")
def test_a_redis_that_is_away_holds_up_nobody(
    db: Any, accesses: Accesses, redis: RedisServer
) -> None:
    redis.kill()
    began = time.monotonic()
    for _ in range(100):
        read(db, accesses)
    assert time.monotonic() - began < 5


@pytest.mark.usefixtures("file")
def test_a_file_that_went_meanwhile_starts_nothing(
    db: Any, settings: Settings, accesses: Accesses, queues: Queues
) -> None:
    read(db, accesses)
    wait_for(lambda: queues.redis.llen(WAITING))
    database.run(db, lambda site: ingest.remove(site["demo"]["files"]["a"]))
    start_accessed(db, settings, queues)
    assert database.run(db, lambda site: [*site.active.items()]) == []
    assert queues.redis.llen(WAITING) == 0
