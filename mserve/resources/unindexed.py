"""Unindexed: which nodes the catalogs do not know yet as they are, in which service.

Each change is a mark. It is in the lane of its process (lane.py), which a transaction writes
anyway, and, where there are many, in an index of them, `site.unindexed`. Schedulers index what is
marked, and then take the marks away (mserve/indexing.py).
"""

from collections.abc import Iterable
from itertools import chain
from secrets import token_hex
from typing import Any

from mserve.resources.loading import prefetch

MOST = 24
"""Marks in a lane, which is stored whole each time."""


def mark(site: Any, node: Any, service: Any) -> None:
    """The catalog of the service is to know of what the node is by now.

    Each mark has a text of its own, by which it is taken away, so that what changes as it is being
    indexed is indexed again.
    """
    made = f"{node.id}-{service.id}-{token_hex(8)}"
    lane = None if site.journal is None else site.journal.own_lane()
    if lane is None:
        site.unindexed[made] = None
        return
    if len(lane.marks) >= MOST:
        for each in lane.marks:
            site.unindexed[each] = None
        lane.marks = frozenset()
    lane.marks |= {made}


def marks(site: Any, limit: int) -> list[str]:
    """Up to `limit` of them."""
    found = [key for key, _ in site.unindexed.page(limit)]
    return [*found, *_in_lanes(site)][:limit]


def count(site: Any) -> int:
    """How many there are."""
    counted: int = site.unindexed.count() + sum(1 for _ in _in_lanes(site))
    return counted


def ids(mark: str) -> tuple[str, str]:
    """Of the node and of the service; in old databases there is nothing else."""
    node, service, *_ = mark.split("-")
    return node, service


def unmark(site: Any, marks: Iterable[str]) -> None:
    """Takes marks away."""
    gone = frozenset(marks)
    for each in gone:
        site.unindexed.discard(each)
    for lane in site.journal.lanes:
        if lane.marks & gone:
            lane.marks -= gone


def _in_lanes(site: Any) -> Iterable[str]:
    prefetch(site.journal.lanes)
    return chain.from_iterable(sorted(lane.marks) for lane in site.journal.lanes)
