"""Lane: what the writers of one process have added to sums that all writers add to.

Whatever is reported changes the sums of the site, the container, service and folders that it is
in. If each transaction wrote them all, each process would have to load them again after each other.
So each process adds to a lane of its own (journal.py), and a scheduler pours the lanes into the
sums (mserve/booking.py). What a sum is in one transaction's view (totals.py) is both together, and
that is exact, whoever writes, pours or is killed.

What transactions have said in the journal is here, too, for a moment, as a lane is written anyway;
and so are the keys of what is to be indexed (unindexed.py).
"""

from collections.abc import Mapping
from typing import Any

from persistent import Persistent
from ZODB.POSException import ConflictError

from mserve.resources import unindexed
from mserve.resources.additions import Additions
from mserve.resources.entry import Entry, ids_of
from mserve.resources.figure import Figures, plus
from mserve.resources.line import NONE, Line, Lines, merged, of_account, read_lines, stored_lines
from mserve.resources.parcel import Said, Words, packed, read_said, with_more
from mserve.resources.unindexed import Keys

LANES = 32
MOST = 8
"""Lines of folders in a lane, which is stored whole each time, and as many others: who writes in
more of them before it is poured changes their sums."""


class Lane(Persistent):  # type: ignore[misc]  # persistent has no types
    """Concurrent changes are added by the storage: processes that share a lane, and who pours."""

    lines: Mapping[bytes, Line] = {}
    said: Mapping[str, Words] = {}
    """What is to be booked, by the keys of the transactions; of others there are parcels."""
    poured = 0
    """How often something was poured or given away: of two at once one tries again, or it was twice
    in sums, or in parcels."""
    unindexed: Keys = frozenset()
    claimed: tuple[bytes, int] = (b"", 0)
    """Of which accounts a transaction had to be the last that changed them, and how many did."""

    def __getstate__(self) -> dict[str, Any]:
        if any(line.more for line in self.lines.values()):
            self.lines = {ids: line.summed for ids, line in self.lines.items()}
        if any(isinstance(words, tuple) for words in self.said.values()):
            self.said = packed(self.said)
        return {
            "lines": stored_lines(self.lines),
            "said": self.said,
            "unindexed": unindexed.stored(self.unindexed),
            "claimed": self.claimed,
            "poured": self.poured,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        found = {"lines": lines_in(state), "unindexed": unindexed.read(state)}
        super().__setstate__({**state, **found})

    def say(self, key: str, entry: Entry) -> None:
        """Adds to what a transaction has said."""
        self.said = with_more(self.said, key, entry)

    def give(self) -> Said:
        """Gives away all that is said."""
        said, self.said = self.said, {}
        self.poured += 1
        return said

    def has_room(self, ids: bytes, most: int) -> bool:
        """Whether it has a line for those sums, or can have one more of so many at most."""
        return ids in self.lines or len(self.lines) < most

    def add(self, ids: bytes, additions: Additions) -> None:
        """Adds to the sums of the nodes whose ids those are; nothing: what is told of them is
        another, though the sums are not."""
        self.lines = {**self.lines, ids: self.lines.get(ids, NONE).plus(additions)}

    def has(self, ids: bytes, additions: Additions) -> bool:
        """Whether they were the last that were added there."""
        return additions in self.lines.get(ids, NONE).more[-1:]

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

    def pour(self, account: bytes | None) -> list[tuple[bytes, Figures]]:
        """Gives away what is to be put into sums: the ids of the nodes, and what there is for each.
        None: all; else what the lines have in which that account is."""
        poured = self.lines if account is None else of_account(self.lines, account)
        if poured:
            self.poured += 1
            self.lines = {ids: line for ids, line in self.lines.items() if ids not in poured}
        return [(ids, dict(line.figures)) for ids, line in sorted(poured.items())]

    def take_back(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Adds the opposite of what a transaction has made of it, whose states those are."""
        was, then = lines_in(before), lines_in(after)
        for ids in {*was, *then}:
            former, line = was.get(ids, NONE), then.get(ids, NONE)
            back = {metric: figure.negated() for metric, figure in line.figures.items()}
            self.add(ids, Additions(plus(former.figures, back)))

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        was, there, here = map(lines_in, (old, saved, new))
        claimed, known = (state.get("claimed", (b"", 0)) for state in (new, old))
        accounts = ids_of(claimed[0]) if claimed != known else ()
        if any(of_account(was, each) != of_account(there, each) for each in accounts):
            raise ConflictError
        before, theirs, ours = (state.get("poured", 0) for state in (old, saved, new))
        if before not in (theirs, ours):
            raise ConflictError
        last = saved if claimed == known else new
        lines, said = stored_lines(merged(was, there, here)), both(old, saved, new)
        return {
            **last,
            "lines": lines,
            "said": said,
            "unindexed": unindexed.merged(old, saved, new),
            "poured": max(theirs, ours),
        }


def lines_in(state: Mapping[str, Any]) -> Lines:
    """Those of a Lane with that state."""
    return read_lines(state.get("lines", {}))


def both(old: Mapping[str, Any], saved: Mapping[str, Any], new: Mapping[str, Any]) -> Said:
    """What is said there where `saved` and `new` have said more than `old`, or given it away."""
    was, there, here = map(read_said, (old, saved, new))
    given = was.keys() - (there.keys() & here.keys())
    return {key: words for key, words in {**there, **here}.items() if key not in given}
