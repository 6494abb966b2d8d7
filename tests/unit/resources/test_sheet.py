"""Sheets: files that come in one transaction share an object for their figures, without harm."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mserve import database, ingest
from mserve.check import Scope, check
from mserve.resources import sheet as sheets
from mserve.resources.figure import Figure
from mserve.resources.metering import report
from mserve.resources.metrics import ACCESS, DISC, INGEST
from mserve.resources.sheet import Line, Sheet, read_lines, stored_lines
from mserve.resources.usage import Usage
from mserve.undo.kinds import put_back
from mserve.undo.records import Record
from tests.unit.support import spool, writers

IDS, METRICS = st.sampled_from("xyz"), st.sampled_from("ab")
CHANGE = st.dictionaries(METRICS, st.integers(-9, 9).map(lambda amount: Figure.of(amount)))
CHANGES = st.lists(st.tuples(IDS, CHANGE))


def played(start: sheets.Lines, changes: Any) -> sheets.Lines:
    sheet = Sheet()
    sheet.lines = start
    for id, each in changes:
        sheet.change(id, each)
    return sheet.lines


@given(before=CHANGES, ours=CHANGES, theirs=CHANGES)
def test_two_writers_at_once_come_to_the_same_as_one_after_the_other(
    before: Any, ours: Any, theirs: Any
) -> None:
    old = played({}, before)
    states = [stored_lines(each) for each in (old, played(old, theirs), played(old, ours))]
    merged = read_lines(Sheet()._p_resolveConflict(*states))
    assert merged == played(played(old, theirs), ours)


def names(number: int) -> list[str]:
    return [f"{each}.txt" for each in range(number)]


def upload(db: Any, number: int) -> None:
    """So many files in one transaction."""
    spools = [spool(db, name.encode()) for name in names(number)]

    def make(site: Any) -> None:
        for name, content in zip(names(number), spools, strict=True):
            ingest.create(site["demo"]["files"], name, content, "text/plain")

    database.run(db, make)


def test_files_that_come_together_share_one(db: Any, see: Any) -> None:
    upload(db, sheets.MOST + 1)

    def look(site: Any) -> list[Any]:
        return [site["demo"]["files"][name].sheet._p_oid for name in names(sheets.MOST + 1)]

    *first, last = see(look)
    assert len({*first}) == 1 != first[0] != last
    upload_alone = see(lambda site: site["demo"]["files"]["0.txt"].usage.get(INGEST))
    assert upload_alone == Figure.of(5)


def test_each_has_its_own_figures(db: Any, see: Any) -> None:
    upload(db, 2)
    database.run(db, lambda s: report(s["demo"]["files"]["1.txt"].lineage(), ACCESS, 7))

    def look(site: Any) -> list[Figure]:
        return [site["demo"]["files"][name].usage.get(ACCESS) for name in names(2)]

    assert see(look) == [Figure(), Figure.of(7)]


def test_reports_on_neighbours_at_once_do_not_conflict(db: Any, see: Any) -> None:
    upload(db, 2)
    with writers(db, 2) as both:
        for number, each in enumerate(both):
            file = each.site["demo"]["files"][f"{number}.txt"]
            report(file.lineage(), ACCESS, number + 1)
        for each in both:
            each.commit()

    def look(site: Any) -> list[Figure]:
        return [site["demo"]["files"][name].usage.get(ACCESS) for name in names(2)]

    assert see(look) == [Figure.of(1), Figure.of(2)]
    assert [*check(db, Scope())] == []


def test_a_file_goes_without_its_neighbour(db: Any, see: Any) -> None:
    upload(db, 2)
    database.run(db, lambda site: ingest.trash.remove(site["demo"]["files"]["0.txt"]) and None)
    assert see(lambda site: site["demo"]["files"]["1.txt"].usage.get(DISC).rate) == 5
    assert [*check(db, Scope())] == []


def test_a_report_leaves_the_record_of_the_file_alone(db: Any, see: Any) -> None:
    """Or it could not be undone, nor be copied by clients that ask what has changed."""
    upload(db, 1)
    before = see(lambda site: serial(site["demo"]["files"]["0.txt"]))
    database.run(db, lambda s: report(s["demo"]["files"]["0.txt"].lineage(), ACCESS, 7))
    assert see(lambda site: serial(site["demo"]["files"]["0.txt"])) == before


def serial(thing: Any) -> bytes:
    thing._p_activate()
    return bytes(thing._p_serial)


def test_a_file_that_came_before_keeps_its_own(db: Any, see: Any) -> None:
    upload(db, 1)

    def age(site: Any) -> None:
        file, usage = site["demo"]["files"]["0.txt"], Usage()
        usage.figures = file.usage.figures
        state = {**file.__getstate__(), "usage": usage}
        del state["sheet"]
        file.__setstate__(state)
        file._p_changed = True

    database.run(db, age)
    database.run(db, lambda s: report(s["demo"]["files"]["0.txt"].lineage(), ACCESS, 7))

    def look(site: Any) -> tuple[Any, ...]:
        file = site["demo"]["files"]["0.txt"]
        return type(file.usage), file.counted is file.usage, file.sheet, file.usage.get(ACCESS)

    assert see(look) == (Usage, True, None, Figure.of(7))
    assert [*check(db, Scope())] == []


def test_a_file_of_which_nothing_was_reported_has_none(db: Any, see: Any) -> None:
    upload(db, 1)

    def look(site: Any) -> tuple[Any, ...]:
        file = site["demo"]["files"]["0.txt"]
        file.sheet = None
        return type(file.usage), dict(file.usage.figures), file.counted is file

    assert see(look) == (Line, {}, True)


@given(before=CHANGES, undone=CHANGES, later=CHANGES)
def test_what_is_undone_is_taken_from_what_came_after_it(
    before: Any, undone: Any, later: Any
) -> None:
    old, sheet = played({}, before), Sheet()
    after = played(old, undone)
    sheet.lines = played(after, later)
    put_back(Record(sheet, stored_lines(old), stored_lines(after), made=False))
    expected = played(old, later)
    for id, figures in sheet.lines.items():
        for metric, figure in figures.items():
            other = expected.get(id, {}).get(metric, Figure())
            assert sums(figure) == sums(other)


def sums(figure: Figure) -> Figure:
    """But for the least and the most, which stay as they were reported."""
    return figure._replace(least=None, most=None)
