"""Line: what was added to some sums that change together, of those in a lane (lane.py)."""

from collections.abc import Mapping
from functools import reduce
from typing import Any, NamedTuple

from mserve.resources.additions import Additions
from mserve.resources.entry import concerns
from mserve.resources.figure import NOTHING, Figure, added, fields, of_fields, plus
from mserve.resources.packing import pack, unpack


class Line(NamedTuple):
    """What was added, `number` times, to each of the sums; more: what the transaction adds."""

    sums: Mapping[str, Figure] = {}
    number: int = 0
    more: tuple[Additions, ...] = ()

    @property
    def figures(self) -> Mapping[str, Figure]:
        return reduce(plus, (each.figures for each in self.more), self.sums)

    @property
    def summed(self) -> "Line":
        """With `more` in the sums."""
        return Line(self.figures, self.number + sum(map(len, self.more))) if self.more else self

    def merged(self, old: "Line", other: "Line") -> "Line":
        """This and what `other` made of `old`."""
        number = self.number + other.number - old.number
        return Line(added(old.figures, self.figures, other.figures), number)

    def plus(self, additions: Additions) -> "Line":
        return self._replace(more=(*self.more, additions))

    def __bool__(self) -> bool:
        return self.number != 0 or any(map(is_something, self.figures.values()))


NONE = Line()
Lines = Mapping[bytes, Line]
"""By the ids of the nodes whose sums they are, as entries have them (entry.py)."""


def is_something(figure: Figure) -> bool:
    """Whether it is not 0; the least and the most that were reported aside."""
    return bool(figure._replace(least=0, most=0) != NOTHING._replace(least=0, most=0))


def stored_lines(lines: Lines) -> bytes:
    """As the record of a Lane has them."""
    return pack({ids: (fields(line.figures), line.number) for ids, line in lines.items()})


def read_lines(stored: bytes | Mapping[bytes, tuple[Any, ...]]) -> Lines:
    """What such a record says; once it had each line packed, with the objects of the sums."""
    return {
        ids: Line(of_fields(unpack(sums)), number)
        for ids, (*_, sums, number) in unpack(stored).items()
    }


def merged(old: Lines, saved: Lines, new: Lines) -> Lines:
    """The lines that were `old`, with what both `saved` and `new` made of them."""
    both = (
        (ids, saved.get(ids, NONE).merged(old.get(ids, NONE), new.get(ids, NONE)))
        for ids in {*old, *saved, *new}
    )
    return {ids: line for ids, line in both if line}


def of_account(lines: Lines, account: bytes) -> Lines:
    """Those of sums that are the account's."""
    return {ids: line for ids, line in lines.items() if concerns(ids, account)}
