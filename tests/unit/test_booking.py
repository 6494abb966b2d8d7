"""Booking: reports are added up once, and whoever adds up does not meet those who report."""

from threading import Thread
from typing import Any

import pytest
from ZODB.POSException import ConflictError

from mserve import database
from mserve.booking import BATCH, BOOKING, book, book_listed, book_some, empty_lanes
from mserve.booking import clear as clear_booked
from mserve.resources.account import Account, Of
from mserve.resources.draft import FEW, MOST
from mserve.resources.ids import together
from mserve.resources.journal import HELD
from mserve.resources.metering import report
from mserve.resources.metrics import ACCESS, short
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from tests.unit.support import writers
from tests.unit.tasks.support import RedisServer

MANY = 100  # parcels: several buckets of the list of those that are pending


@pytest.fixture(autouse=True)
def booked(db: Any) -> None:
    """All that was reported as the site was made."""
    database.run(db, book_some)
    database.run(db, lambda site: site.journal.clear(BATCH))


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url}


def read_once(site: Any) -> None:
    report(site["demo"]["files"].lineage(), ACCESS, 1)


def accessed(site: Any) -> int:
    """By what is booked and what waits."""
    return int(Account(site, site["demo"]["files"].id).now(Of(short(ACCESS))).total)


def waiting(site: Any) -> int:
    """Entries."""
    return len([*site.journal.all_waiting()])


def counted(site: Any) -> int:
    """Parcels, and transactions that have none."""
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
    see(empty_lanes)
    with writers(db, 1) as (scheduler,):
        while book_listed(scheduler.site):
            pass
        read(db, MANY)
        scheduler.commit()
    assert see(waiting) == MANY
    assert see(accessed) == 2 * MANY


def test_it_goes_on_while_writers_are_at_it(db: Any, see: Any) -> None:
    read(db, MANY + 1)  # which leaves room in the lane: of two that empty it one tries again
    with writers(db, 1) as (writer,):
        with together():
            read_once(writer.site)
        database.run(db, book_all)
        writer.commit()
    assert see(waiting) == 1
    assert see(accessed) == MANY + 2


def test_what_is_booked_counts_once_as_long_as_it_is_listed(db: Any, see: Any) -> None:
    read(db, MANY)
    database.run(db, book_all)
    before = see(listed)
    assert database.run(db, book_some) == 0
    read(db, 1)
    assert database.run(db, lambda site: book_some(site, 1)) == 1
    assert (see(listed), see(waiting), see(accessed)) == (before + 1, 0, MANY + 1)


def test_what_few_transactions_have_said_is_listed_as_it_is_booked(db: Any, see: Any) -> None:
    read(db, HELD)
    assert (see(listed), see(counted), see(waiting), see(accessed)) == (0, HELD, HELD, HELD)
    read(db, 1)
    assert (see(listed), see(counted), see(waiting)) == (1, 2, HELD + 1)
    for _ in range(2):
        see(book_some)
        assert (see(listed), see(counted), see(waiting), see(accessed)) == (2, 0, 0, HELD + 1)


def test_what_a_transaction_says_beyond_some_is_listed_at_once(db: Any, see: Any) -> None:
    def read_often(site: Any) -> None:
        for _ in range(FEW + MOST + 1):
            read_once(site)

    see(read_often)
    assert (see(listed), see(counted), see(accessed)) == (2, 3, FEW + MOST + 1)
    see(book_some)
    assert (see(waiting), see(accessed)) == (0, FEW + MOST + 1)


def test_what_is_rolled_back_is_not_said(db: Any, see: Any) -> None:
    with writers(db, 1) as (writer,):
        for _ in range(2):
            before = writer.manager.savepoint()
            read_once(writer.site)
            before.rollback()
            read_once(writer.site)
        writer.commit()
    assert (see(counted), see(waiting), see(accessed)) == (1, 2, 2)
    see(book_some)
    assert see(accessed) == 2


def test_of_two_who_empty_a_lane_one_conflicts(db: Any, see: Any) -> None:
    """A scheduler, and who has to say more than there is room for; else it was booked twice."""
    read(db, HELD)
    with writers(db, 2) as (scheduler, writer):
        empty_lanes(scheduler.site)
        with together():  # in the lane of this process
            read_once(writer.site)
        scheduler.commit()
        with pytest.raises(ConflictError):
            writer.commit()
    see(book_some)
    assert (see(waiting), see(accessed)) == (0, HELD)


def test_who_empties_a_lane_leaves_what_is_said_meanwhile(db: Any, see: Any) -> None:
    read(db, 1)
    for writes_first in (True, False):
        with writers(db, 2) as (scheduler, writer):
            empty_lanes(scheduler.site)
            with together():
                read_once(writer.site)
            for each in (writer, scheduler) if writes_first else (scheduler, writer):
                each.commit()
    assert (see(listed), see(waiting), see(accessed)) == (2, 3, 3)
    see(book_some)
    assert (see(listed), see(waiting), see(accessed)) == (3, 0, 3)


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
    assert (see(listed), see(waiting), see(accessed)) == (0, 3, MANY + 3)
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
