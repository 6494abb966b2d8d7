"""Keys of what is to be indexed: none is lost, whoever adds, lists or takes away some."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mserve import database, indexing, ingest
from mserve.resources import unindexed
from mserve.resources.ids import together
from mserve.resources.journal import Journal
from mserve.resources.unindexed import MOST
from tests.unit.support import spool, writers

NUMBERS = st.frozensets(st.integers(0, 9))


def names(numbers: Any) -> frozenset[str]:
    return frozenset(f"{number:032x}-{number + 1:032x}-{number:016x}" for number in numbers)


@given(old=NUMBERS, more=NUMBERS, others=NUMBERS, gone=NUMBERS, lost=NUMBERS)
def test_what_two_make_of_them_is_what_each_makes_of_the_others(
    old: Any, more: Any, others: Any, gone: Any, lost: Any
) -> None:
    """Each has added keys that the other does not know, and taken away some of the old."""
    more, others = ({n + 100 for n in more}, {n + 200 for n in others})
    saved, new = names((old | more) - gone), names((old | others) - lost)
    states = [{"unindexed": unindexed.stored(each)} for each in (names(old), saved, new)]
    found = unindexed.read({"unindexed": unindexed.merged(*states)})
    assert found == names((old | more | others) - gone - lost)


@given(NUMBERS)
def test_keys_are_read_as_they_were_stored(numbers: Any) -> None:
    assert unindexed.read({"unindexed": unindexed.stored(names(numbers))}) == names(numbers)
    assert unindexed.read({}) == frozenset()


def make(db: Any, site: Any, *files: str) -> None:
    with together():
        for name in files:
            ingest.create(site["demo"]["files"], name, spool(db, b"x"))


def known(site: Any) -> set[str]:
    """The files that searches find."""
    return {node.__name__ for node in site["demo"]["files"].catalog.nodes.values()}


def settle(db: Any, settings: Any) -> None:
    while indexing.index_batch(db, settings):
        pass


def test_few_are_in_the_lane_alone_and_many_in_the_index(db: Any, see: Any, settings: Any) -> None:
    settle(db, settings)
    files = [f"f{number}" for number in range(MOST)]
    see(lambda site: make(db, site, *files))
    assert see(lambda site: (site.unindexed.count(), unindexed.count(site))) == (0, MOST)
    see(lambda site: make(db, site, "last"))
    assert see(lambda site: (site.unindexed.count(), unindexed.count(site))) == (MOST, MOST + 1)
    assert len({*see(lambda site: unindexed.waiting(site, 999))}) == MOST + 1
    assert len(see(lambda site: unindexed.waiting(site, 5))) == 5
    settle(db, settings)
    assert see(unindexed.count) == 0
    assert see(known) >= {*files, "last"}


def test_what_changes_as_it_is_indexed_is_indexed_again(db: Any, see: Any, settings: Any) -> None:
    settle(db, settings)
    see(lambda site: make(db, site, "a"))
    done = see(indexing.index_some)
    see(lambda site: site.changed(site["demo"]["files"]["a"], site["demo"]["files"]))
    see(lambda site: indexing.note_indexed(done, site))
    assert see(unindexed.count) == 1
    assert indexing.index_batch(db, settings) == 1


def test_who_changes_something_does_not_meet_who_has_indexed_it(
    db: Any, see: Any, settings: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(Journal, "lane", lambda journal, _: journal.lanes[0])
    settle(db, settings)
    see(lambda site: make(db, site, "a"))
    done = see(indexing.index_some)
    with writers(db, 2) as (first, scheduler):
        with together():
            ingest.make_folders(first.site["demo"]["files"], ("b",))
            first.site.changed(first.site["demo"]["files"]["a"], first.site["demo"]["files"])
        indexing.note_indexed(done, scheduler.site)
        first.commit()
        scheduler.commit()
    left = {unindexed.ids(key)[0] for key in see(lambda site: unindexed.waiting(site, 999))}
    assert left == see(lambda site: {site["demo"]["files"][name].id for name in "ab"})


def test_a_service_that_is_gone_has_nothing_to_index(db: Any, see: Any, settings: Any) -> None:
    see(lambda site: make(db, site, "a"))
    see(lambda site: ingest.remove(site["demo"]["files"], recursive=True) and None)
    settle(db, settings)
    assert see(unindexed.count) == 0
    assert database.run(db, lambda site: [*site["demo"].children]) == []
