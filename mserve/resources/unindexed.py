"""Unindexed: which nodes the catalogs do not know as they are by now, in which service.

Each change has a key. It is in the lane of its process (lane.py), which a transaction writes
anyway, and, where there are many, in an index of them, `site.unindexed`. Schedulers index what has
changed, and then take the keys away (mserve/indexing.py).
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from secrets import token_hex
from typing import Any

from mserve.resources.loading import prefetch

MOST = 24
"""Keys in a lane, which is stored whole each time."""
ID, KEY = 32, 80
"""Hex digits of an id, and of a key."""
Keys = frozenset[str]


def note(site: Any, node: Any, service: Any) -> None:
    """The catalog of the service is to know of what the node is by now.

    No key is like another, so that what changes as it is being indexed is indexed again.
    """
    key = f"{node.id}-{service.id}-{token_hex(8)}"
    lane = None if site.journal is None else site.journal.own_lane()
    if lane is None:
        site.unindexed[key] = None
        return
    if len(lane.unindexed) >= MOST:
        for each in lane.unindexed:
            site.unindexed[each] = None
        lane.unindexed = frozenset()
    lane.unindexed |= {key}


def waiting(site: Any, limit: int) -> list[str]:
    """Up to `limit` keys."""
    found = [key for key, _ in site.unindexed.page(limit)]
    return [*found, *_in_lanes(site)][:limit]


def count(site: Any) -> int:
    """How many there are."""
    counted: int = site.unindexed.count() + sum(1 for _ in _in_lanes(site))
    return counted


def ids(key: str) -> tuple[str, str]:
    """Of the node and of the service; in old databases there is nothing else."""
    node, service, *_ = key.split("-")
    return node, service


def discard(site: Any, keys: Iterable[str]) -> None:
    """Takes them away."""
    gone = frozenset(keys)
    for each in gone:
        site.unindexed.discard(each)
    prefetch(site.journal.lanes)
    for lane in site.journal.lanes:
        if lane.unindexed & gone:
            lane.unindexed -= gone


def _in_lanes(site: Any) -> Iterable[str]:
    prefetch(site.journal.lanes)
    return chain.from_iterable(sorted(lane.unindexed) for lane in site.journal.lanes)


def stored(keys: Keys) -> bytes:
    """As the record of a lane has them."""
    return bytes.fromhex("".join(keys).replace("-", ""))


def read(state: Mapping[str, Any]) -> Keys:
    """Those of a lane with that state."""
    digits = state.get("unindexed", b"").hex()
    keys = (digits[at : at + KEY] for at in range(0, len(digits), KEY))
    return frozenset(f"{each[:ID]}-{each[ID : 2 * ID]}-{each[2 * ID :]}" for each in keys)


def merged(old: Mapping[str, Any], saved: Mapping[str, Any], new: Mapping[str, Any]) -> bytes:
    """Those of a lane that was `old`, with what both `saved` and `new` added and took away."""
    was, there, here = map(read, (old, saved, new))
    return stored((there | here) - (was - (there & here)))
