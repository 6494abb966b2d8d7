"""Lane: what the writers of one process have added to sums that all writers add to.

Whatever is reported changes the sums of the site, and of the container and the folders that it is
in. If each transaction wrote them all, each process would have to load them again after each other.
So each process adds to a lane of its own (journal.py), and a scheduler pours the lanes into the
sums (mserve/booking.py). What a sum is in one transaction's view (totals.py) is both together, and
that is exact, whoever writes, pours or is killed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from persistent import Persistent
from ZODB.POSException import ConflictError

from mserve.resources.entry import concerns, ids_of
from mserve.resources.figure import (
    NOTHING,
    Figure,
    Figures,
    added,
    fields,
    in_all,
    of_fields,
    plus,
    tally,
)
from mserve.resources.loading import prefetch
from mserve.resources.packing import pack, unpack

LANES = 32
MOST = 8
"""Lines of folders in a lane, which is stored whole each time, and as many others: who writes in
more of them before it is poured changes their sums."""


class Line(NamedTuple):
    """What was added, `number` times, to each of the sums `usages`.

    more: what the transaction adds; it is added up once, as the figures are looked at.
    """

    usages: tuple[Any, ...] = ()
    sums: Mapping[str, Figure] = {}
    number: int = 0
    more: tuple[Figures, ...] = ()

    @property
    def figures(self) -> Mapping[str, Figure]:
        return plus(self.sums, in_all(self.more)) if self.more else self.sums

    @property
    def summed(self) -> "Line":
        return self._replace(sums=self.figures, more=())

    def merged(self, old: "Line", other: "Line") -> "Line":
        """This and what `other` made of `old`."""
        usages = self.usages or other.usages or old.usages
        number = self.number + other.number - old.number
        return Line(usages, added(old.figures, self.figures, other.figures), number)

    def __bool__(self) -> bool:
        return self.number != 0 or any(map(is_something, self.figures.values()))


NONE = Line()
Lines = Mapping[bytes, Line]
"""By the ids of the nodes whose sums they are, as entries have them (entry.py)."""


def is_something(figure: Figure) -> bool:
    """Whether it is not 0; the least and the most that were reported aside."""
    return bool(figure._replace(least=0, most=0) != NOTHING._replace(least=0, most=0))


class Lane(Persistent):  # type: ignore[misc]  # persistent has no types
    """Concurrent changes are added by the storage: processes that share a lane, and who pours."""

    lines: Mapping[bytes, Line] = {}
    poured = 0
    """How often something was poured: of two at once one tries again, or sums had it twice."""
    claimed: tuple[bytes, int] = (b"", 0)
    """Of which accounts a transaction had to be the last that changed them, and how many did."""

    def __getstate__(self) -> dict[str, Any]:
        if any(line.more for line in self.lines.values()):
            self.lines = {ids: line.summed for ids, line in self.lines.items()}
        return {**stored_lines(self.lines), "claimed": self.claimed, "poured": self.poured}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({**state, "lines": read_lines(state)})

    def has_room(self, ids: bytes, most: int) -> bool:
        """Whether it has a line for those sums, or can have one more of so many at most."""
        return ids in self.lines or len(self.lines) < most

    def add(self, ids: bytes, nodes: Iterable[Any], changes: Figures) -> None:
        """Adds to the sums of the nodes, whose ids those are; no changes: what is told of them is
        another, though the sums are not."""
        known = self.lines.get(ids)
        if known is None:
            known = Line(tuple(node.counted for node in nodes))
        usages, sums, number, more = known
        self.lines = {**self.lines, ids: Line(usages, sums, number + 1, (*more, changes))}

    def claim(self, account: bytes) -> None:
        """Has the transaction conflict where another adds to the account's sums meanwhile."""
        if self._p_jar is None:  # nobody else knows it yet
            return
        transaction = self._p_jar.transaction_manager.get()
        try:
            claimed = transaction.data(self) + account
        except KeyError:
            claimed = account
        transaction.set_data(self, claimed)
        self.claimed = (claimed, self.claimed[1] + 1)

    def pour(self, account: bytes | None, moment: int) -> None:
        """Puts what it has for that account, and in the same lines for others, into the sums, at
        `moment` (µs). None: all."""
        poured = self.lines if account is None else _of_account(self.lines, account)
        for _, line in sorted(poured.items()):
            prefetch(line.usages)
            for usage in line.usages:
                usage.change(dict(line.figures), moment)
        if poured:
            self.poured += 1
            self.lines = {ids: line for ids, line in self.lines.items() if ids not in poured}

    def take_back(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Adds the opposite of what a transaction has made of it, whose states those are."""
        was, then = read_lines(before), read_lines(after)
        for ids in {*was, *then}:
            former, line = was.get(ids, NONE), then.get(ids, NONE)
            back = {metric: figure.negated() for metric, figure in line.figures.items()}
            known = self.lines.get(ids) or Line(line.usages or former.usages)
            self.lines = {**self.lines, ids: known}
            self.add(ids, (), plus(former.figures, back))

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        was, there, here = map(read_lines, (old, saved, new))
        claimed, known = (state.get("claimed", (b"", 0)) for state in (new, old))
        accounts = ids_of(claimed[0]) if claimed != known else ()
        if any(_of_account(was, each) != _of_account(there, each) for each in accounts):
            raise ConflictError
        before, theirs, ours = (state.get("poured", 0) for state in (old, saved, new))
        if before not in (theirs, ours):
            raise ConflictError
        last = saved if claimed == known else new
        lines = stored_lines(merged(was, there, here))
        return {**last, **lines, "poured": max(theirs, ours)}


def stored_lines(lines: Lines) -> dict[str, Any]:
    """The state of a Lane as its record has it."""
    return {
        "lines": {
            ids: (line.usages, pack(fields(line.figures)), line.number)
            for ids, line in lines.items()
        }
    }


def read_lines(state: Mapping[str, Any]) -> Lines:
    """What such a record says."""
    return {
        ids: Line(usages, of_fields(unpack(sums)), number)
        for ids, (usages, sums, number) in state.get("lines", {}).items()
    }


def merged(old: Lines, saved: Lines, new: Lines) -> Lines:
    """The lines that were `old`, with what both `saved` and `new` made of them."""
    both = (
        (ids, saved.get(ids, NONE).merged(old.get(ids, NONE), new.get(ids, NONE)))
        for ids in {*old, *saved, *new}
    )
    return {ids: line for ids, line in both if line}


def _of_account(lines: Lines, account: bytes) -> Lines:
    return {ids: line for ids, line in lines.items() if concerns(ids, account)}


def lines_of(lanes: Sequence[Lane], account: bytes) -> list[Line]:
    """Those that have something for the account's sums."""
    prefetch(lanes)
    return [line for lane in lanes for line in _of_account(lane.lines, account).values()]


def figures_of(lanes: Sequence[Lane], account: bytes) -> Figures:
    """What they come to."""
    found: Figures = {}
    for line in lines_of(lanes, account):
        for metric, figure in line.figures.items():
            tally(found, metric, figure)
    return found


def pour(lanes: Sequence[Lane], account: bytes | None, moment: int) -> None:
    """Each lane's `pour`."""
    prefetch(lanes)
    for lane in lanes:
        lane.pour(account, moment)
