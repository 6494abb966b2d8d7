"""Usage is exact: at every level, at every moment, whoever writes at the same time."""

from typing import Any

import transaction
from hypothesis import given
from hypothesis import strategies as st

from mserve import database
from mserve.resources import clock, metering, metrics
from mserve.resources.additions import Additions
from mserve.resources.entry import Entry
from mserve.resources.figure import Figure
from mserve.resources.lane import Lane
from mserve.resources.metrics import DISC, FILE, INGEST
from mserve.resources.parcel import Parcel, entries_of, may_name, packed
from mserve.resources.rows import add, figure_of, read
from mserve.resources.usage import Usage, read_state
from mserve.undo.records import Record
from mserve.undo.reports import reported

WHOLE = st.integers(-(10**15), 10**15)
CHANGES = st.lists(st.tuples(WHOLE, st.integers(0, 10**16)), max_size=20)


@given(changes=CHANGES, moment=st.integers(10**16, 10**17))
def test_a_rate_adds_up_to_its_integral(changes: Any, moment: int) -> None:
    figure, used = Figure(), 0
    for change, at in changes:
        figure = figure.plus(Figure.rated(change, at, running=0, reports=1))
        used += change * (moment - at)
    assert figure.used(moment) == used / clock.SECOND
    assert figure.rate == sum(change for change, _ in changes)
    assert figure.reports == len(changes)


@given(amounts=st.lists(WHOLE, max_size=20))
def test_values_add_up(amounts: list[int]) -> None:
    figure = Figure()
    for amount in amounts:
        figure = figure.plus(Figure.of(amount))
    assert figure == Figure.of(*amounts)
    assert figure.total == sum(amounts)
    assert figure.squares == sum(amount**2 for amount in amounts)
    assert (figure.least, figure.most) == (min(amounts, default=None), max(amounts, default=None))


FIGURES = st.builds(Figure, WHOLE, WHOLE, WHOLE, st.none() | WHOLE, st.none() | WHOLE, WHOLE, WHOLE)


@given(figure=FIGURES, other=FIGURES)
def test_what_is_taken_away_is_its_opposite_added(figure: Figure, other: Figure) -> None:
    assert figure.minus(other) == figure.plus(other.negated())
    assert figure.plus(other).minus(other)._replace(least=0, most=0) == figure._replace(
        least=0, most=0
    )


STEP = st.one_of(
    st.tuples(st.just("value"), st.sampled_from("ab"), WHOLE),
    st.tuples(st.just("rate"), st.sampled_from("ab"), WHOLE),
)


def played(start: Any, steps: Any) -> dict[str, Figure]:
    figures = dict(start)
    for kind, metric, amount in steps:
        change = Figure.of(amount) if kind == "value" else Figure.rated(amount, 7, 1, 1)
        figures[metric] = figures.get(metric, Figure()).plus(change)
    return figures


@given(before=st.lists(STEP), ours=st.lists(STEP), theirs=st.lists(STEP))
def test_two_writers_at_once_come_to_the_same_as_one_after_the_other(
    before: Any, ours: Any, theirs: Any
) -> None:
    old = played({}, before)
    states = [{"figures": played(old, steps)} for steps in (theirs, ours)]
    merged = Usage()._p_resolveConflict({"figures": old}, *states)
    assert read_state(merged)["figures"] == played(played(old, theirs), ours)


@given(steps=st.lists(STEP))
def test_figures_are_read_as_they_were_stored_packed_or_not(steps: Any) -> None:
    figures = played({}, steps)
    stored, former = Usage(), Usage()
    former.__setstate__({"figures": figures})
    stored.__setstate__(former.__getstate__())
    assert stored.figures == former.figures == figures
    rows = {metric: tuple(figure) for metric, figure in figures.items()}
    assert {metric: figure_of(row) for metric, row in rows.items()} == figures
    for metric, figure in figures.items():
        add(rows, metric, figure)
        assert read(rows, metric) == figure.plus(figure)


def test_a_record_has_what_the_transaction_added() -> None:
    usage = Usage()
    usage.change(Additions({"a": Figure.of(1)}), 0)
    usage.change(Additions({"a": Figure.of(2), "b": Figure.of(3)}), 0)
    stored = usage.__getstate__()
    assert {*stored} == {"figures"}
    assert read_state(stored)["figures"] == {"a": Figure.of(1, 2), "b": Figure.of(3)}
    usage.change(Additions({"a": Figure.of(4)}), 0)
    assert (usage.get("a"), usage.figures["b"]) == (Figure.of(1, 2, 4), Figure.of(3))


def test_the_storage_adds_what_two_connections_report(db: Any) -> None:
    managers = [transaction.TransactionManager(explicit=True) for _ in range(3)]
    connections = [db.open(manager) for manager in managers]
    for manager in managers:
        manager.begin()
    for number, connection in enumerate(connections):
        service = database.site_of(connection)["demo"]["files"]
        metering.report(service.lineage(), metrics.INGEST, 10**number)
        metering.keep(service.lineage(), 5, 1000 * number)
    for manager in managers:
        manager.commit()
    for connection in connections:
        connection.close()

    def look(site: Any) -> None:
        for node in site["demo"]["files"].lineage():
            ingest, disc = node.usage.get(INGEST), node.usage.get(DISC)
            assert (ingest.total, ingest.reports, ingest.squares) == (111, 3, 10101)
            assert (ingest.least, ingest.most) == (1, 100)
            assert (disc.rate, disc.offset, disc.running) == (15, 5 * 3000, 3)
            assert node.usage.get(FILE).total == 3

    database.run(db, look)


def test_nothing_kept_is_nothing_used() -> None:
    assert [Figure().used(moment) for moment in (0, 1, clock.now())] == [0, 0, 0]


def test_parcels_are_read_as_they_were_stored_packed_or_not() -> None:
    entry = Entry(7, b"\x01" * 16, (("a", tuple(Figure.of(3))),), (("key", "k"),), file=True)
    former, stored = Parcel(""), Parcel("")
    former.__setstate__({"key": "7-ab", "entries": (entry, entry)})
    stored.__setstate__(former.__getstate__())
    assert (stored.key, stored.entries) == (former.key, former.entries) == ("7-ab", (entry, entry))


def test_packed_words_tell_which_accounts_they_may_name() -> None:
    ids = [bytes([number]) * 16 for number in range(4)]
    told = Parcel("k", {"k": (Entry(7, ids[0] + ids[1], ()), Entry(8, ids[0] + ids[2], ()))})
    [open_] = told.said.values()
    [stored] = told.__getstate__()["said"].values()
    assert [may_name(stored, id) for id in ids] == [True, True, True, False]
    assert all(may_name(open_, id) for id in ids)
    assert entries_of(stored) == open_


def test_what_a_transaction_has_listed_of_others_is_not_its_own() -> None:
    ours, theirs = (Entry(moment, b"\x01" * 16, ()) for moment in (7, 8))
    before, after = packed({"a": (theirs,)}), packed({"b": (ours,)})
    records = [
        Record(Lane(), {"said": before}, {"said": after}, made=False),
        Record(Parcel("k"), None, {"key": "k", "said": before}, made=True),
    ]
    assert [*reported(records)] == [ours]
    assert [*reported(records[1:])] == [theirs]
