"""Quota: the most that may be kept below a node; what would keep more is refused.

What counts is what usage counts (resources/usage.py): the content of files, of their versions, and
what is in the trash. Who keeps more asks before anything is changed. Of several that each find
room, and do not together, the storage refuses one (Usage.limits), which finds none when it tries
again.
"""

from collections.abc import Container, Iterator
from typing import Any, NamedTuple

from mserve.errors import OverQuota
from mserve.resources.metrics import DISC_SPACE


class Quota(NamedTuple):
    """`most` is of what the level metric counts on `node`, for disc_space in bytes."""

    node: Any
    metric: str
    most: int

    @property
    def left(self) -> int:
        return max(0, self.most - int(self.node.usage.get(self.metric).total))


def quotas(node: Any) -> Iterator[Quota]:
    """Those that hold for what is put into `node`."""
    for each in node.lineage():
        most = each.quota()
        if most is not None:
            yield Quota(each, DISC_SPACE, most)


def left(node: Any) -> int | None:
    """The bytes that can be put into `node`; None: no quota says how many."""
    return min((quota.left for quota in quotas(node)), default=None)


def need_room(node: Any, size: int, besides: Container[Any] = ()) -> None:
    """Raises OverQuota where `size` more bytes are too many for `node` or what is above it.

    `besides`: nodes that keep the bytes already.
    """
    for quota in quotas(node) if size > 0 else ():
        if quota.node not in besides and size > quota.left:
            raise OverQuota(quota.node.type, quota.most, size)
