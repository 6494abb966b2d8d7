"""What a file has used is what its account says, booked or not; it has no object for that."""

from typing import Any

import pytest

from mserve import database, ingest
from mserve.booking import book_some
from mserve.check import Scope, check
from mserve.resources.figure import Figure
from mserve.resources.metering import report
from mserve.resources.metrics import ACCESS, DISC, FILE, INGEST
from mserve.resources.sheet import Sheet
from mserve.resources.totals import state_of
from mserve.resources.usage import Usage
from tests.unit.support import spool, writers


@pytest.fixture
def upload(db: Any) -> Any:
    """`upload(number)` makes so many files of 5 bytes in one transaction: `0.txt` and so on."""

    def make(number: int) -> None:
        spools = [spool(db, f"{each}.txt".encode()) for each in range(number)]

        def create(site: Any) -> None:
            for each, content in enumerate(spools):
                ingest.create(site["demo"]["files"], f"{each}.txt", content, "text/plain")

        database.run(db, create)

    return make


def file(site: Any, number: int = 0) -> Any:
    return site["demo"]["files"][f"{number}.txt"]


def accessed(site: Any) -> list[Figure]:
    return [file(site, number).usage.get(ACCESS) for number in range(2)]


@pytest.mark.parametrize("booked", [False, True])
def test_each_has_its_own_figures(see: Any, upload: Any, booked: bool) -> None:
    upload(2)
    for amount in (7, 2):
        see(lambda site, amount=amount: report(file(site, 1).lineage(), ACCESS, amount))
        if booked:
            see(book_some)
    assert see(accessed) == [Figure(), Figure.of(7, 2)]
    usage = see(lambda site: file(site).usage.figures)
    assert usage[INGEST] == Figure.of(5)
    assert (usage[DISC].rate, usage[DISC].running, usage[FILE].total) == (5, 1, 1)


def test_reports_on_neighbours_at_once_do_not_conflict(db: Any, see: Any, upload: Any) -> None:
    upload(2)
    with writers(db, 2) as both:
        for number, each in enumerate(both):
            report(file(each.site, number).lineage(), ACCESS, number + 1)
        for each in both:
            each.commit()
    assert see(accessed) == [Figure.of(1), Figure.of(2)]
    assert [*check(db, Scope())] == []


def test_a_file_goes_without_its_neighbour(db: Any, see: Any, upload: Any) -> None:
    upload(2)
    see(lambda site: ingest.trash.remove(file(site)) and None)
    assert see(lambda site: file(site, 1).usage.get(DISC).rate) == 5
    assert [*check(db, Scope())] == []


def test_a_report_leaves_the_record_of_the_file_alone(see: Any, upload: Any) -> None:
    """Or it could not be undone, nor be copied by clients that ask what has changed."""
    upload(1)
    before = see(lambda site: serial(file(site)))
    see(lambda site: report(file(site).lineage(), ACCESS, 7))
    assert see(lambda site: serial(file(site))) == before


def serial(thing: Any) -> bytes:
    thing._p_activate()
    return bytes(thing._p_serial)


def test_what_is_told_of_a_file_has_another_state_after_each_report(see: Any, upload: Any) -> None:
    upload(1)
    states = [see(lambda site: state_of(file(site)))]
    for _ in range(2):
        see(lambda site: report(file(site).lineage(), ACCESS, 7))
        states.append(see(lambda site: state_of(file(site))))
        assert states[-1] == see(lambda site: state_of(file(site)))
    see(book_some)
    states.append(see(lambda site: state_of(file(site))))
    see(lambda site: report(file(site).lineage(), ACCESS, 0))
    states.append(see(lambda site: state_of(file(site))))
    assert len({*map(repr, states)}) == len(states)


@pytest.mark.parametrize("former", [{"usage": Usage()}, {"sheet": Sheet()}], ids=["own", "shared"])
def test_a_file_that_came_before_has_what_its_account_says(
    db: Any, see: Any, upload: Any, former: Any
) -> None:
    upload(1)

    def age(site: Any) -> None:
        file(site).__setstate__({**file(site).__getstate__(), **former})
        file(site)._p_changed = True

    see(age)
    see(lambda site: report(file(site).lineage(), ACCESS, 7))
    assert see(lambda site: file(site).usage.get(ACCESS)) == Figure.of(7)
    assert see(lambda site: file(site).usage.get(INGEST)) == Figure.of(5)
    see(lambda site: ingest.trash.remove(file(site)) and None)
    assert [*check(db, Scope())] == []
