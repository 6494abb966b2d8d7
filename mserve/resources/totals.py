"""Totals: what a node and all below it have used, of which a part may still be in lanes."""

from collections.abc import Mapping, Sequence
from typing import Any

from mserve.resources.figure import NOTHING, Figure, plus
from mserve.resources.lane import Lane
from mserve.resources.pouring import figures_of, lines_of

SHARED = frozenset({"container", "site"})
"""Types of nodes whose sums nearly all writers change."""
LANED = SHARED | {"service", "folder"}
"""Types of nodes whose sums change by lanes, unless they have quotas."""


class Totals:
    """In the place of a Usage."""

    def __init__(self, node: Any) -> None:
        self._node, self._usage = node, node.counted

    @property
    def figures(self) -> Mapping[str, Figure]:
        found = figures_of(lanes_of(self._node), bytes.fromhex(self._node.id))
        known: Mapping[str, Figure] = self._usage.figures
        return plus(known, found) if found else known

    def get(self, metric: str) -> Figure:
        return self.figures.get(metric, NOTHING)

    def touch(self) -> None:
        """Has it written anew."""
        self._usage.touch()

    @property
    def limits(self) -> Mapping[str, int]:
        found: Mapping[str, int] = self._usage.limits
        return found

    @property
    def soft(self) -> Mapping[str, int]:
        found: Mapping[str, int] = self._usage.soft
        return found

    @property
    def begun(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._usage.begun
        return found

    @property
    def uncounted(self) -> tuple[str, ...]:
        found: tuple[str, ...] = self._usage.uncounted
        return found


def lanes_of(node: Any) -> Sequence[Lane]:
    """Those in which there may be something for the node: none, if it is not in the tree."""
    site = node.site
    return site.journal.lanes if site.type == "site" else ()


def state_of(node: Any) -> tuple[Any, ...]:
    """What is another after each report on the node: of a file its account; else the number of the
    last transaction that changed its sums, and how often lanes have changed them since."""
    if node.type == "mfile":
        state: tuple[Any, ...] = node.usage.state
        return state
    counted = node.counted
    counted._p_activate()
    if node.type not in LANED:
        return (counted._p_serial,)
    lines = lines_of(lanes_of(node), bytes.fromhex(node.id))
    return (counted._p_serial, *(line.number for line in lines))
