"""Pouring: what lanes (lane.py) have for sums is looked at there, and put into the sums."""

from collections.abc import Iterator, Sequence
from typing import Any

from mserve.resources.additions import Additions
from mserve.resources.entry import ids_of
from mserve.resources.figure import Figures, tally
from mserve.resources.lane import Lane
from mserve.resources.line import Line, of_account
from mserve.resources.loading import prefetch


def lines_of(lanes: Sequence[Lane], account: bytes) -> list[Line]:
    """Those that have something for the account's sums."""
    prefetch(lanes)
    return [line.summed for lane in lanes for line in of_account(lane.lines, account).values()]


def figures_of(lanes: Sequence[Lane], account: bytes) -> Figures:
    """What they come to."""
    found: Figures = {}
    for line in lines_of(lanes, account):
        for metric, figure in line.figures.items():
            tally(found, metric, figure)
    return found


def pour(site: Any, account: bytes | None, moment: int) -> None:
    """Puts what lanes have for that account, and in the same lines for others, into the sums, at
    `moment` (µs). None: all."""
    lanes = site.journal.lanes
    prefetch(lanes)
    for ids, changes in [each for lane in lanes for each in lane.pour(account)]:
        for usage in _sums_of(site, ids):
            usage.change(Additions(changes), moment)


def _sums_of(site: Any, ids: bytes) -> Iterator[Any]:
    """Those of the nodes that are still there."""
    found = [site if id.hex() == site.id else site.ids.get(id.hex()) for id in ids_of(ids)]
    nodes = [node for node in found if node is not None]
    prefetch(nodes)
    sums = [node.counted for node in nodes]
    prefetch(sums)
    yield from sums
