"""Usage is exact: at every level, at every moment, whoever writes at the same time."""

from typing import Any

import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mserve import database
from mserve.resources import clock, usage
from mserve.resources.figure import Figure
from mserve.resources.folder import Folder
from mserve.resources.usage import DISC, FILE, INGEST, Usage

WHOLE = st.integers(-(10**15), 10**15)
CHANGES = st.lists(st.tuples(WHOLE, st.integers(0, 10**16)), max_size=20)


@given(changes=CHANGES, moment=st.integers(10**16, 10**17))
def test_a_rate_adds_up_to_its_integral(changes: Any, moment: int) -> None:
    figure, used = Figure(), 0
    for change, at in changes:
        figure = figure.rated(change, at, running=0, reports=1)
        used += change * (moment - at)
    assert figure.used(moment) == used / clock.SECOND
    assert figure.rate == sum(change for change, _ in changes)
    assert figure.reports == len(changes)


@given(amounts=st.lists(WHOLE, max_size=20))
def test_values_add_up(amounts: list[int]) -> None:
    figure = Figure()
    for amount in amounts:
        figure = figure.value(amount)
    assert figure.total == sum(amounts)
    assert figure.squares == sum(amount**2 for amount in amounts)
    assert (figure.least, figure.most) == (min(amounts, default=None), max(amounts, default=None))


STEP = st.one_of(
    st.tuples(st.just("value"), st.sampled_from("ab"), WHOLE),
    st.tuples(st.just("rate"), st.sampled_from("ab"), WHOLE),
)


def played(start: Any, steps: Any) -> dict[str, Figure]:
    figures = dict(start)
    for kind, metric, amount in steps:
        figure = figures.get(metric, Figure())
        figures[metric] = figure.value(amount) if kind == "value" else figure.rated(amount, 7, 1, 1)
    return figures


@given(before=st.lists(STEP), ours=st.lists(STEP), theirs=st.lists(STEP))
def test_two_writers_at_once_come_to_the_same_as_one_after_the_other(
    before: Any, ours: Any, theirs: Any
) -> None:
    old = played({}, before)
    states = [{"figures": played(old, steps)} for steps in (theirs, ours)]
    merged = Usage()._p_resolveConflict({"figures": old}, *states)
    assert merged["figures"] == played(played(old, theirs), ours)


def test_the_storage_adds_what_two_connections_report(db: Any) -> None:
    managers = [transaction.TransactionManager(explicit=True) for _ in range(3)]
    connections = [db.open(manager) for manager in managers]
    for manager in managers:
        manager.begin()
    for number, connection in enumerate(connections):
        service = database.site_of(connection)["demo"]["files"]
        usage.report(service.lineage(), usage.INGEST, 10**number)
        usage.keep(service.lineage(), 5, 1000 * number)
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


# A tree of folders against a naive list of what was kept when and where


class Kept:
    """A file in the naive model: where it was, how large, from when on, until when."""

    def __init__(self, path: tuple[str, ...], size: int, since: int) -> None:
        self.path = path
        self.spans = [(path, size, since, None)]

    def change(self, path: tuple[str, ...], size: int, moment: int) -> None:
        last = self.spans.pop()
        self.spans += [(*last[:3], moment), (path, size, moment, None)]
        self.path = path

    def end(self, moment: int) -> None:
        self.spans.append((*self.spans.pop()[:3], moment))


FOLDERS = [("a",), ("b",), ("a", "c"), ("a", "c", "d")]


class Moves(RuleBasedStateMachine):
    """Files come, grow, move and go, at random moments; sums at every folder stay exact."""

    @initialize()
    def start(self) -> None:
        self.now = 10**15
        self.top = Folder()
        self.places: dict[tuple[str, ...], Any] = {(): self.top}
        for path in FOLDERS:
            parent = self.places[path[:-1]]
            self.places[path] = Folder()
            parent.add(path[-1], self.places[path])
        self.files: list[tuple[Kept, Any]] = []
        self.ended: list[Kept] = []
        self.ingested: list[tuple[tuple[str, ...], int]] = []

    @rule(
        path=st.sampled_from([(), *FOLDERS]),
        size=st.integers(0, 10**12),
        wait=st.integers(0, 10**9),
    )
    def create(self, path: tuple[str, ...], size: int, wait: int) -> None:
        self.now += wait
        node = Folder()  # any node has usage
        self.places[path].add(node.id, node)
        usage.keep(node.lineage(), size, self.now)
        usage.report(node.lineage(), INGEST, size)
        self.files.append((Kept(path, size, self.now), node))
        self.ingested.append((path, size))

    @precondition(lambda self: self.files)
    @rule(data=st.data(), size=st.integers(0, 10**12), wait=st.integers(0, 10**9))
    def replace(self, data: Any, size: int, wait: int) -> None:
        self.now += wait
        kept, node = data.draw(st.sampled_from(self.files))
        growth = size - node.usage.get(DISC).rate
        usage.keep(node.lineage(), growth, self.now, files=0)
        kept.change(kept.path, size, self.now)

    @precondition(lambda self: self.files)
    @rule(data=st.data(), path=st.sampled_from([(), *FOLDERS]), wait=st.integers(0, 10**9))
    def move(self, data: Any, path: tuple[str, ...], wait: int) -> None:
        self.now += wait
        kept, node = data.draw(st.sampled_from(self.files))
        left = [*node.above()]
        size = node.usage.get(DISC).rate
        node.__parent__.drop(node.__name__)
        self.places[path].add(node.id, node)
        usage.transfer(node.usage, left, [*node.above()], self.now)
        kept.change(path, size, self.now)

    @precondition(lambda self: self.files)
    @rule(data=st.data(), wait=st.integers(0, 10**9))
    def remove(self, data: Any, wait: int) -> None:
        self.now += wait
        file = data.draw(st.sampled_from(self.files))
        kept, node = file
        usage.keep([*node.above()], -node.usage.get(DISC).rate, self.now, -1)
        node.__parent__.drop(node.__name__)
        kept.end(self.now)
        self.files.remove(file)
        self.ended.append(kept)

    @invariant()
    def sums_are_exact(self) -> None:
        if not hasattr(self, "places"):
            return
        later = self.now + 12345
        every = [kept for kept, _ in self.files] + self.ended
        for place, node in self.places.items():
            used = rate = files = 0
            for kept in every:
                for path, size, since, until in kept.spans:
                    if path[: len(place)] == place:
                        used += size * ((until or later) - since)
                        if until is None:
                            rate, files = rate + size, files + 1
            disc = node.usage.get(DISC)
            assert disc.rate * later - disc.offset == used
            assert (disc.rate, disc.running) == (rate, files)
            assert node.usage.get(FILE).total == files
            assert node.usage.get(usage.DISC_SPACE).total == rate
            ingested = sum(s for p, s in self.ingested if p[: len(place)] == place)
            assert node.usage.get(INGEST).total == ingested


TestMoves = Moves.TestCase
TestMoves.settings = settings(max_examples=40, stateful_step_count=25)


def test_nothing_kept_is_nothing_used() -> None:
    assert [Figure().used(moment) for moment in (0, 1, clock.now())] == [0, 0, 0]
