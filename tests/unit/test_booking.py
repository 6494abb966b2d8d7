"""Booking: reports are added up once, and whoever adds up does not meet those who report."""

from threading import Thread
from typing import Any

import pytest
from ZODB.POSException import ConflictError

from mserve import database
from mserve.booking import BATCH, BOOKING, book, book_some
from mserve.booking import clear as clear_booked
from mserve.resources.account import Account, Of
from mserve.resources.metering import report
from mserve.resources.metrics import ACCESS, short
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from tests.unit.support import writers
from tests.unit.tasks.support import RedisServer

MANY = 100  # parcels: several buckets of the list of those that are pending


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url}


def read_once(site: Any) -> None:
    report(site["demo"]["files"].lineage(), ACCESS, 1)


def accessed(site: Any) -> int:
    """By what is booked and what waits."""
    return int(Account(site, site["demo"]["files"].id).now(Of(short(ACCESS))).total)


def waiting(site: Any) -> int:
    return int(site.journal.count_waiting())


def listed(site: Any) -> int:
    return int(site.journal.pending.count())


def read(db: Any, times: int) -> None:
    for _ in range(times):
        database.run(db, read_once)


def book_all(site: Any) -> None:
    while book_some(site):
        pass


def test_writers_go_on_while_it_books(db: Any, see: Any) -> None:
    """What they enter lies in the buckets of what is booked; the first ones become empty."""
    read(db, MANY)
    with writers(db, 1) as (scheduler,):
        book_all(scheduler.site)
        read(db, MANY)
        scheduler.commit()
    assert see(waiting) == MANY
    assert see(accessed) == 2 * MANY


def test_it_goes_on_while_writers_are_at_it(db: Any, see: Any) -> None:
    read(db, MANY)
    with writers(db, 1) as (writer,):
        read_once(writer.site)
        database.run(db, book_all)
        writer.commit()
    assert see(waiting) == 1
    assert see(accessed) == MANY + 1


def test_what_is_booked_counts_once_as_long_as_it_is_listed(db: Any, see: Any) -> None:
    read(db, MANY)
    database.run(db, book_all)
    before = see(listed)
    assert database.run(db, book_some) == 0
    read(db, 1)
    assert database.run(db, lambda site: book_some(site, 1)) == 1
    assert (see(listed), see(waiting), see(accessed)) == (before + 1, 0, MANY + 1)


def test_more_than_a_batch_is_booked_whole(
    db: Any, settings: Settings, queues: Queues, see: Any
) -> None:
    read(db, BATCH + 1)
    book(db, settings, queues)
    assert (see(waiting), see(accessed)) == (0, BATCH + 1)


def test_the_list_is_cleared_of_what_is_booked_alone(
    db: Any, settings: Settings, queues: Queues, see: Any
) -> None:
    read(db, MANY)
    database.run(db, book_all)
    read(db, 3)
    clear_booked(db, settings, queues)
    assert (see(listed), see(waiting), see(accessed)) == (3, 3, MANY + 3)
    book(db, settings, queues)
    clear_booked(db, settings, queues)
    assert (see(listed), see(waiting), see(accessed)) == (0, 0, MANY + 3)
    assert not see(lambda site: [*site.journal.taken])


def test_while_another_books_it_is_not_cleared(
    db: Any, settings: Settings, queues: Queues, see: Any
) -> None:
    database.run(db, book_all)
    clear_booked(db, settings, queues)
    read(db, 1)
    database.run(db, book_all)
    with queues.redis.lock(BOOKING, timeout=60):
        clear_booked(db, settings, queues)
        assert see(listed) == 1


def test_of_two_who_book_the_same_one_conflicts(db: Any, see: Any) -> None:
    """As a scheduler that held the lock for too long has lost it."""
    read(db, MANY)
    with writers(db, 2) as (first, second):
        book_all(first.site)
        book_all(second.site)
        first.commit()
        with pytest.raises(ConflictError):
            second.commit()
    assert (see(waiting), see(accessed)) == (0, MANY)


def test_schedulers_at_once_book_once(
    db: Any, settings: Settings, queues: Queues, see: Any
) -> None:
    threads = [Thread(target=act, args=(db, settings, Queues.from_url(settings.redis)))
               for act in (book, clear_booked, book, clear_booked)]  # fmt: skip
    for number in range(MANY):
        read(db, 1)
        if number % 25 == 0:
            queues.redis.delete(BOOKING)
            threads[number // 25].start()
    for thread in threads:
        thread.join()
    book(db, settings, queues)
    assert (see(waiting), see(accessed)) == (0, MANY)
