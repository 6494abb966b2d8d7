"""Reads are noted beside the request, and told to Redis in numbered parcels."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis.exceptions import RedisError

from mserve.resources.period import HOUR_LONG
from mserve.tasks import reads as module
from mserve.tasks.queue import Queues
from mserve.tasks.reads import READS, Group, Place, Read, Reads, unpack
from tests.unit.support import Clock
from tests.unit.tasks.support import RedisServer, wait_for

PLACE = Place(("f1", "s1", "site"), ("k2", "k1"), "text/plain")
OTHER = PLACE._replace(payer=())
READ = Read(4096, 0, 16, 32)


@pytest.fixture
def reads(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> Reads:
    monkeypatch.setattr(module, "AWAY", 0.1)
    return Reads(queues, rest=0.01)


def told(queues: Queues) -> Iterator[Any]:
    """The parcels that are in Redis."""
    redis: Any = queues.redis
    return (unpack(fields[b"parcel"]) for _, fields in redis.xrange(READS))


def groups(queues: Queues) -> list[Group]:
    return [group for _, parcel in told(queues) for group in parcel]


def test_a_moments_reads_are_one_word(queues: Queues, reads: Reads) -> None:
    reads._bell.rest = 0.3
    for _ in range(100):
        reads.note(PLACE, READ), reads.note(OTHER, READ)
    wait_for(lambda: queues.redis.xlen(READS))
    assert queues.redis.xlen(READS) == 1
    assert [(each.place, each.reads) for each in groups(queues)] == [
        (PLACE, [READ] * 100), (OTHER, [READ] * 100)
    ]  # fmt: skip


def test_hours_are_kept_apart(
    queues: Queues, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, "2026-05-01T12:59:59Z")
    for pause in (0.5, 0.4, 0.2, 0):
        reads._notes.append((PLACE, clock.moment, READ))
        clock.pass_by(pause)
    reads.tell()
    found = groups(queues)
    assert [len(each.reads) for each in found] == [3, 1]
    assert found[1].hour == found[0].hour + 1 == clock.moment // HOUR_LONG


def test_parcels_are_numbered_by_teller(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    for _ in range(2):
        reads = Reads(queues, rest=60)
        for _ in range(25):
            reads.note(PLACE, READ)
        reads.tell()
    numbers: dict[str, list[int]] = {}
    for parcel, _ in told(queues):
        numbers.setdefault(parcel.teller, []).append(parcel.number)
    assert [*numbers.values()] == [[1, 2, 3]] * 2
    assert sum(len(each.reads) for each in groups(queues)) == 50


def test_a_redis_that_is_away_is_told_when_it_is_back(
    redis: RedisServer, queues: Queues, reads: Reads, caplog: pytest.LogCaptureFixture
) -> None:
    redis.kill()
    began = time.monotonic()
    for _ in range(100):
        reads.note(PLACE, READ)
    assert time.monotonic() - began < 1
    wait_for(lambda: "wait in memory" in caplog.text)
    time.sleep(0.1)
    assert caplog.text.count("wait in memory") == 1
    redis.start()
    wait_for(lambda: sum(len(each.reads) for each in groups(queues)) == 100)


def test_what_memory_has_no_room_for_is_lost_and_said(
    redis: RedisServer, queues: Queues, reads: Reads, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "KEPT", 10)
    redis.kill()
    reads._bell.rest = 0.5
    for _ in range(15):
        reads.note(PLACE, READ)
    redis.start()
    wait_for(lambda: queues.redis.xlen(READS))
    wait_for(lambda: "5 reads of content are not counted" in caplog.text)
    assert sum(len(each.reads) for each in groups(queues)) == 10


def test_a_parcel_of_which_nothing_was_heard_is_told_again_by_its_number(
    queues: Queues, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis has got it, and its answer was lost."""
    redis: Any = queues.redis
    xadd = redis.xadd

    def lose(*args: Any) -> None:
        xadd(*args)
        monkeypatch.undo()
        raise RedisError("the answer was lost")

    monkeypatch.setattr(redis, "xadd", lose)
    reads.note(PLACE, READ)
    wait_for(lambda: redis.xlen(READS) == 2)
    first, second = told(queues)
    assert first == second
