"""Usage: what was consumed, per metric, summed exactly and without conflicts between writers.

Every node has the figures of what it and all below it have used, changed in the transaction of
what is reported (metering.py); of files their accounts say it (file_usage.py).
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from persistent import Persistent
from ZODB.POSException import ConflictError

from mserve.resources import figure
from mserve.resources.additions import Additions
from mserve.resources.figure import NOTHING, Figure, fields, of_fields, packed, unpacked
from mserve.resources.limits import Begun, Limited, check, found_crossed, merged, turned
from mserve.resources.packing import pack, unpack

__all__ = ["Figure", "Usage"]  # trees find Figure here


class Usage(Persistent):  # type: ignore[misc]  # persistent has no types
    """The figures of one node and all below it; concurrent changes are added by the storage."""

    _sums: Mapping[str, tuple[Any, ...]] = {}
    """By metric the fields of its figure."""
    _v_more: Sequence[Additions] = ()
    """What the transaction adds to the sums."""
    limits: Mapping[str, int] = {}
    """The most that there may be (resources/quota.py), by metric."""
    soft: Mapping[str, int] = {}
    """What is warned of beyond it."""
    begun: Mapping[str, Begun] = {}
    """Of what is limited by the month, what there was as it began (resources/limits.py)."""
    moves = 0
    """How often something was taken out of the node, or put in, whose sums had to be the last."""
    uncounted: tuple[str, ...] = ()
    """The kinds of bytes kept (metrics.CLASSES) that the limit of these does not count."""

    def __getstate__(self) -> dict[str, Any]:
        self._add_up()
        state = dict(super().__getstate__() or {})
        sums = state.pop("_sums", {})
        return {**state, "figures": pack(sums)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        super().__setstate__({"_sums": fields(unpack(state.pop("figures", {}))), **state})

    @property
    def figures(self) -> Mapping[str, Figure]:
        """By metric."""
        self._add_up()
        return of_fields(self._sums)

    @figures.setter
    def figures(self, figures: Mapping[str, Figure]) -> None:
        self._sums, self._v_more = fields(figures), ()

    def _add_up(self) -> None:
        if self._v_more:
            sums = dict(self._sums)
            for metric, change in chain(*(each.figures.items() for each in self._v_more)):
                known = sums.get(metric)
                sums[metric] = tuple(change if known is None else Figure(*known).plus(change))
            self._sums, self._v_more = sums, ()

    def get(self, metric: str) -> Figure:
        self._add_up()
        known = self._sums.get(metric)
        return NOTHING if known is None else Figure(*known)

    def touch(self) -> None:
        """Has it written anew: what is told of it is not what it was, though the sums are."""
        self._p_changed = True

    def change(self, additions: Additions, moment: int) -> list[str]:
        """Adds to the figures what is reported at `moment` (µs).

        Returns the metrics of which a soft limit is exceeded by that.
        """
        was = Limited.of(self) if self.begun or self.soft else None
        if was and self.begun:
            self.begun = turned(was, additions.figures, moment)
        self._v_more, self._p_changed = (*self._v_more, additions), True
        return [*found_crossed(was, Limited.of(self))] if was and self.soft else []

    def insist(self) -> None:
        """Has the transaction conflict where another changes the sums at the same time."""
        self.moves += 1

    def set_limit(self, metric: str, most: int | None, soft: bool = False) -> None:
        """There may be `most` of the metric at most; None: whatever it comes to."""
        self._add_up()  # what comes from now on is held against it
        known = self.soft if soft else self.limits
        others = {name: each for name, each in known.items() if name != metric}
        found = others if most is None else {**others, metric: most}
        if soft:
            self.soft = found
        else:
            self.limits = found

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        if new.get("moves") != old.get("moves"):
            raise ConflictError
        states = [*map(read_state, (old, saved, new))]
        made = added(*states)
        check(*map(Limited.stored, (*states, made)))
        return stored_state(made)


def stored_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a Usage as its record has it."""
    return {**state, "figures": packed(state.get("figures", {}))}


def read_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """What such a record says."""
    return {**state, "figures": unpacked(state.get("figures", {}))}


def added(
    old: Mapping[str, Any], saved: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, Any]:
    """The state of a Usage that was `old`, with what both `saved` and `new` made of it."""
    figures = figure.added(*(state.get("figures", {}) for state in (old, saved, new)))
    known, there, here = map(Limited.stored, (old, saved, new))
    made = merged(known, there, here, figures)
    return {**saved, **made._asdict()}
