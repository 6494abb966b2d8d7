"""Limits: the most that figures may come to, hard and soft, and what writers at once make of that.

Of a level, such as bytes kept, it is what there is now that is limited; of what adds up, what a
month (UTC) has brought. So beside such a figure stands what it was as the month *began*: the first
report of a month says so, in the transaction that it is in.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ZODB.POSException import ConflictError

from mserve.resources.figure import NOTHING, Figure, Figures
from mserve.resources.metrics import ACCESS, DISC_SPACE, FILE, INGEST, JOB_RUNTIME
from mserve.resources.period import Grain, number_of

LEVELS = (DISC_SPACE, FILE)
MONTHLY = (INGEST, ACCESS, JOB_RUNTIME)
LIMITED = (*LEVELS, *MONTHLY)
AHEAD = frozenset({DISC_SPACE, FILE, INGEST})
"""Of these it is known before how much is asked for; of the others once it was used."""


class Begun(NamedTuple):
    """What a figure had come to as the month of that number (period.py) began."""

    month: int
    total: float


class Limited(NamedTuple):
    """The figures of a Usage, with their limits."""

    figures: Mapping[str, Figure] = {}
    limits: Mapping[str, int] = {}
    soft: Mapping[str, int] = {}
    begun: Mapping[str, Begun] = {}
    uncounted: tuple[str, ...] = ()
    """The metrics of the kinds of bytes kept (metrics.CLASSES) that do not count."""

    @classmethod
    def of(cls, usage: Any) -> "Limited":
        return cls(usage.figures, usage.limits, usage.soft, usage.begun, usage.uncounted)

    @classmethod
    def stored(cls, state: Mapping[str, Any]) -> "Limited":
        """Of a Usage as the storage has it."""
        return cls(**{name: state[name] for name in cls._fields if name in state})

    def total(self, metric: str) -> float:
        total = self.figures.get(metric, NOTHING).total
        if metric == DISC_SPACE and self.uncounted:
            total -= sum(self.total(kind) for kind in self.uncounted)
        return total

    def before(self, metric: str, month: int) -> float:
        """What of the metric does not count in that month, as it was there before."""
        if metric not in MONTHLY:
            return 0
        begun = self.begun.get(metric)
        return begun.total if begun and begun.month >= month else self.total(metric)

    def counted(self, metric: str, month: int) -> float:
        """What there is of a level; of what adds up, what that month has brought."""
        return self.total(metric) - self.before(metric, month)

    def month(self, metric: str) -> int:
        """The last one in which something of the metric was reported."""
        begun = self.begun.get(metric)
        return begun.month if begun else 0


def turned(limited: Limited, changes: Figures, moment: int) -> Mapping[str, Begun]:
    """The months' beginnings, as `changes` are reported at `moment` (µs)."""
    now, found = number_of(Grain.MONTH, moment), dict(limited.begun)
    for metric in changes.keys() & found.keys():
        month, total = found[metric]
        if now > month:
            found[metric] = Begun(now, limited.total(metric))
        elif now < month:
            found[metric] = Begun(month, total + changes[metric].total)
    return found


def found_crossed(was: Limited, is_now: Limited) -> Iterator[str]:
    """The metrics whose soft limit is exceeded now, and was not before."""
    for metric, most in is_now.soft.items():
        if _over(was, is_now, metric, most, is_now.month(metric)) == (False, True):
            yield metric


def _over(was: Limited, is_now: Limited, metric: str, most: int, month: int) -> tuple[bool, bool]:
    """Whether more was used before, and is now."""
    return was.counted(metric, month) > most, is_now.counted(metric, month) > most


def merged(old: Limited, saved: Limited, new: Limited, figures: Figures) -> Limited:
    """What two have made of `old`, `figures` being of both."""
    limits = _merged(old.limits, saved.limits, new.limits)
    soft = _merged(old.soft, saved.soft, new.soft)
    known = {m: _known(m, old, saved, new) for m in MONTHLY if m in limits or m in soft}
    begun = {m: _begun(m, old, saved, new, begins) for m, begins in known.items() if begins}
    uncounted = (saved if new.uncounted == old.uncounted else new).uncounted
    return Limited(figures, limits, soft, begun, uncounted)


def check(old: Limited, saved: Limited, new: Limited, made: Limited) -> None:
    """Raises ConflictError where each alone found room that there is not for both, or does not
    know that a soft limit is crossed, or that it was already: who tries again will see it."""
    for metric, most in made.limits.items():
        month = made.month(metric)
        if saved.counted(metric, month) < made.counted(metric, month) > most and metric in AHEAD:
            raise ConflictError
    for metric, most in made.soft.items():
        month = made.month(metric)
        if _over(old, new, metric, most, month) != _over(saved, made, metric, most, month):
            raise ConflictError


def _merged(
    old: Mapping[str, int], saved: Mapping[str, int], new: Mapping[str, int]
) -> dict[str, int]:
    """Each limit as it was changed, the last time if twice."""
    last = {
        metric: (saved if new.get(metric) == old.get(metric) else new).get(metric)
        for metric in {*saved, *new}
    }
    return {metric: most for metric, most in last.items() if most is not None}


def _known(metric: str, *states: Limited) -> list[Begun]:
    return [each.begun[metric] for each in states if metric in each.begun]


def _begun(
    metric: str, old: Limited, saved: Limited, new: Limited, known: Sequence[Begun]
) -> Begun:
    """What both sides have reported of before the later month is before it."""
    if len(known) < 3:
        return known[-1]  # one of them has set the limit
    month = max(each.month for each in known)
    both = saved.before(metric, month) + new.before(metric, month)
    return Begun(month, both - old.before(metric, month))
