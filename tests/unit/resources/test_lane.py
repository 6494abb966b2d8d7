"""Lanes: what processes add to sums apart is in them all the same, whoever pours meanwhile."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ZODB.POSException import ConflictError

from mserve import booking, database, ingest
from mserve.check import Scope, check
from mserve.errors import OverQuota
from mserve.ingest import trash
from mserve.ingest.places import move
from mserve.resources import lane, limiting
from mserve.resources.additions import Additions
from mserve.resources.figure import Figure
from mserve.resources.journal import Journal
from mserve.resources.lane import Lane, lines_in
from mserve.resources.limiting import HARD, Change
from mserve.resources.line import Line, Lines, is_something, stored_lines
from mserve.resources.metering import report
from mserve.resources.metrics import ACCESS, DISC_SPACE
from mserve.resources.packing import pack
from mserve.resources.pouring import figures_of
from mserve.resources.totals import state_of
from mserve.resources.usage import Usage
from mserve.undo.kinds import put_back
from mserve.undo.records import Record
from tests.unit.support import spool, writers

ONE, TWO = b"1" * 16, b"2" * 16
KEYS = st.sampled_from([ONE, TWO, ONE + TWO])
CHANGES = st.lists(
    st.tuples(KEYS, st.dictionaries(st.sampled_from("ab"), st.integers(-9, 9).map(Figure.of)))
)


def played(start: Lines, changes: Any, *, poured: bool = False) -> Lines:
    """What is in a lane after the changes; poured: and after all is poured into no sums."""
    made = Lane()
    made.lines = start
    for ids, each in changes:
        made.add(ids, Additions(each))
    if poured:
        made.pour(None)
    return lines_in(made.__getstate__())


def state(lines: Lines) -> dict[str, Any]:
    """Of a lane with these."""
    return {"lines": stored_lines(lines)}


def sums(lines: Lines) -> dict[bytes, dict[str, Figure]]:
    """What they say of each account, but for what is 0; the least and the most stay."""
    made = Lane()
    made.lines = lines
    found = {id: figures_of([made], id) for id in (ONE, TWO)}
    return {
        id: {metric: each._replace(least=None, most=None) for metric, each in figures.items()
             if is_something(each)}
        for id, figures in found.items()
    }  # fmt: skip


@given(before=CHANGES, ours=CHANGES, theirs=CHANGES)
def test_two_writers_at_once_come_to_the_same_as_one_after_the_other(
    before: Any, ours: Any, theirs: Any
) -> None:
    old = played({}, before)
    states = [state(each) for each in (old, played(old, theirs), played(old, ours))]
    merged = lines_in(Lane()._p_resolveConflict(*states))
    assert sums(merged) == sums(played(played(old, theirs), ours))
    numbers = {ids: line.number for ids, line in merged.items()}
    assert numbers == {i: line.number for i, line in played(played(old, theirs), ours).items()}


@given(before=CHANGES, ours=CHANGES)
def test_who_pours_leaves_what_came_meanwhile(before: Any, ours: Any) -> None:
    old, new = played({}, before), played({}, ours)
    states = [old, played(old, ours), played(old, [], poured=True)]
    for order in (states, [states[0], *reversed(states[1:])]):
        merged = lines_in(Lane()._p_resolveConflict(*map(state, order)))
        assert sums(merged) == sums(new)


@given(before=CHANGES)
def test_what_two_have_poured_is_left_as_its_opposite(before: Any) -> None:
    old = played({}, before)
    poured = state(played(old, [], poured=True))
    merged = lines_in(Lane()._p_resolveConflict(state(old), poured, poured))
    opposite = {id: {m: f.negated() for m, f in each.items()} for id, each in sums(old).items()}
    assert sums(merged) == opposite
    assert {ids: -line.number for ids, line in merged.items()} == {
        ids: line.number for ids, line in old.items() if line.number
    }


@given(before=CHANGES, ours=CHANGES, later=CHANGES, poured=st.booleans())
def test_what_a_transaction_added_is_taken_back(
    before: Any, ours: Any, later: Any, poured: bool
) -> None:
    old = played({}, before)
    after = played(old, ours)
    made = Lane()
    made.lines = played(after, later, poured=poured)
    was = sums(made.lines)
    put_back(Record(made, state(old), state(after), made=False))
    ours_back = [(ids, {m: figure.negated() for m, figure in each.items()}) for ids, each in ours]
    assert sums(made.lines) == sums(played(played(after, later, poured=poured), ours_back))
    assert was == sums(played(after, later, poured=poured))


def test_a_lane_that_is_only_looked_at_is_not_changed(db: Any, see: Any) -> None:
    see(lambda site: report(site["demo"]["files"].lineage(), ACCESS, 1))

    def look(site: Any) -> list[bool]:
        for each in site.journal.lanes:
            each._p_activate()
            each.__getstate__()
        return [bool(each._p_changed) for each in site.journal.lanes if each.said]

    found = see(look)
    assert found == [False] * len(found) != []


def test_lines_are_read_as_they_were_stored() -> None:
    """Once with the objects of the sums."""
    lines = played({}, [(ONE, {"a": Figure.of(3)}), (ONE, {"a": Figure.of(4)})])
    former = {ONE: (("the sums",), pack({"a": tuple(Figure.of(3, 4))}), 2)}
    assert lines_in({"lines": former}) == lines == {ONE: Line({"a": Figure.of(3, 4)}, 2)}
    assert lines_in({}) == {}


@pytest.fixture
def upload(db: Any) -> Any:
    """`upload(path)` makes a file of 10 bytes in the service."""

    def make(path: str) -> None:
        content = spool(db, b"ten bytes.")
        *folders, name = path.split("/")

        def act(site: Any) -> None:
            folder = ingest.make_folders(site["demo"]["files"], tuple(folders))
            ingest.create(folder, name, content, "text/plain")

        database.run(db, act)

    return make


def used(site: Any, *path: str) -> float:
    return float(at(site, *path).usage.get(DISC_SPACE).total)


def at(site: Any, *path: str) -> Any:
    node = site
    for name in path:
        node = node[name]
    return node


def count_lines(site: Any) -> int:
    return sum(len(each.lines) for each in site.journal.lanes)


def test_an_upload_writes_a_lane_and_no_sums(db: Any, see: Any, upload: Any) -> None:
    upload("a/b/first")
    see(booking.pour_all)
    tids = see(serials)
    upload("a/b/second")
    assert see(serials) == tids
    assert see(count_lines) == 1
    for path in ((), ("demo",), ("demo", "files"), ("demo", "files", "a"),
                 ("demo", "files", "a", "b")):  # fmt: skip
        assert see(lambda site, path=path: used(site, *path)) == 20
    see(booking.pour_all)
    assert see(count_lines) == 0
    assert see(lambda site: used(site, "demo", "files", "a")) == 20
    assert [*check(db, Scope())] == []


def serials(site: Any) -> list[bytes]:
    """Of the sums of the site, the container, the service and two folders."""
    nodes = [*at(site, "demo", "files", "a", "b").lineage()]
    for node in nodes:
        node.counted._p_activate()
    return [node.counted._p_serial for node in reversed(nodes)]


def test_a_lane_that_is_full_leaves_the_rest_to_the_sums(
    db: Any, see: Any, upload: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(lane, "MOST", 1)
    monkeypatch.setattr(Journal, "lane", lambda journal, _: journal.lanes[0])
    see(booking.pour_all)
    for name in "abc":
        upload(f"{name}/file")
    assert see(count_lines) == 2, "one of a folder, and one of what is above all services"
    assert see(lambda site: used(site, "demo")) == 30
    assert see(lambda site: site["demo"].counted.get(DISC_SPACE).total) == 0
    for name, own in zip("abc", (0, 10, 10), strict=True):
        folder = ("demo", "files", name)
        assert see(lambda site, at_=folder: at(site, *at_).counted.get(DISC_SPACE).total) == own
    monkeypatch.setattr(lane, "MOST", 0)
    upload("a/second")
    assert see(lambda site: site["demo"].counted.get(DISC_SPACE).total) == 0, "it has its line"
    see(booking.pour_all)
    upload("a/third")
    assert see(lambda site: site["demo"].counted.get(DISC_SPACE).total) == 50
    assert [*check(db, Scope())] == []


def test_processes_may_share_a_lane(db: Any, see: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(Journal, "lane", lambda journal, _: journal.lanes[0])
    with writers(db, 3) as (first, last, scheduler):
        for number, each in enumerate((first, last)):
            report(each.site["demo"]["files"].lineage(), ACCESS, 1 + number)
            report(each.site["demo"].lineage(), ACCESS, 10)
        booking.pour_all(scheduler.site)
        for each in (first, scheduler, last):
            each.commit()
    assert see(lambda site: site.usage.get(ACCESS).total) == 23
    assert see(lambda site: site.counted.get(ACCESS).total) == 0
    see(booking.pour_all)
    assert see(lambda site: site.counted.get(ACCESS).total) == 23
    assert [*check(db, Scope())] == []


def test_of_two_that_pour_at_once_one_tries_again(db: Any, see: Any) -> None:
    see(lambda site: report(site["demo"].lineage(), ACCESS, 7))
    with writers(db, 2) as both:
        for each in both:
            booking.pour_all(each.site)
        both[0].commit()
        with pytest.raises(ConflictError):
            both[1].commit()
    assert see(lambda site: site["demo"].usage.get(ACCESS).total) == 7
    see(booking.pour_all)
    assert see(lambda site: site["demo"].counted.get(ACCESS).total) == 7
    assert see(count_lines) == 0
    assert [*check(db, Scope())] == []


def test_what_is_told_of_a_node_has_another_state_after_each_report(see: Any, upload: Any) -> None:
    seen = [see(lambda site: state_of(site["demo"]))]
    for number in range(3):
        upload(f"{number}")
        seen.append(see(lambda site: state_of(site["demo"])))
        if number == 1:
            see(booking.pour_all)
            seen.append(see(lambda site: state_of(site["demo"])))
    assert len({*seen}) == len(seen)
    assert see(lambda site: state_of(site["demo"])) == seen[-1]


def test_quotas_hold_for_what_lanes_have(see: Any, upload: Any) -> None:
    see(booking.pour_all)
    upload("a/first")
    assert see(count_lines) == 1
    see(lambda site: limiting.limit_node(site["demo"], Change(DISC_SPACE, HARD, 15)))
    assert see(lambda site: site["demo"].counted.get(DISC_SPACE).total) == 10
    assert see(count_lines) == 0
    with pytest.raises(OverQuota):
        upload("a/second")
    see(lambda site: limiting.limit_node(site["demo"], Change(DISC_SPACE, HARD, 20)))
    upload("a/second")
    assert see(lambda site: site["demo"].counted.get(DISC_SPACE).total) == 20


def move_both(site: Any) -> None:
    files = at(site, "demo", "files")
    ingest.make_folders(files, ("c",))
    for name in "ab":
        move(files[name], files["c"], name)


TAKEN_OUT: dict[str, Any] = {
    "move two": move_both,
    "move": lambda site: move(at(site, "demo", "files", "a"), at(site, "demo", "files", "b"), "a"),
    "remove": lambda site: trash.remove(at(site, "demo", "files", "a")),
    "remove the service": lambda site: trash.remove(at(site, "demo", "files"), recursive=True),
    "remove all": lambda site: trash.remove(site["demo"], recursive=True),
}


@pytest.mark.parametrize("act", TAKEN_OUT)
@pytest.mark.parametrize("taken_first", [True, False])
def test_who_takes_a_folder_out_meets_who_uploads_below_it(
    db: Any, upload: Any, act: str, taken_first: bool
) -> None:
    """Whoever is first, the other tries again; what is counted is what there is."""
    upload("a/in/first")
    upload("b/first")
    content = spool(db, b"ten bytes.")
    with writers(db, 2) as (taker, other):
        TAKEN_OUT[act](taker.site)
        folder = at(other.site, "demo", "files", "a", "in")
        ingest.create(folder, "new", content, "text/plain")
        first, last = (taker, other) if taken_first else (other, taker)
        first.commit()
        with pytest.raises(ConflictError):
            last.commit()
    assert [*check(db, Scope())] == []


def test_what_is_put_into_the_trash_has_all_in_its_own_sums(db: Any, see: Any, upload: Any) -> None:
    upload("a/in/first")
    see(TAKEN_OUT["remove"])

    def restore(site: Any) -> None:
        service = site["demo"]["files"]
        [gone] = service.all_trash()
        assert gone.node.usage.get(DISC_SPACE).total == 10
        assert gone.node["in"].usage.get(DISC_SPACE).total == 10
        trash.restore(gone, service, "back")

    see(restore)
    assert see(lambda site: used(site, "demo", "files", "back", "in")) == 10
    see(booking.pour_all)
    assert [*check(db, Scope())] == []


def test_who_insists_conflicts_with_who_changes_the_sums() -> None:
    old = {"figures": {}, "moves": 1}
    with pytest.raises(ConflictError):
        Usage()._p_resolveConflict(old, old, {**old, "moves": 2})
    assert Usage()._p_resolveConflict(old, {**old, "moves": 2}, old)["moves"] == 2
