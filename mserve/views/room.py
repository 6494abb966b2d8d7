"""Room: a quota refuses an upload before its bytes come, where it is said how many they are."""

from typing import Any

from mserve.ingest.contents import need_growth
from mserve.resources import quota
from mserve.resources.mfile import Mfile
from mserve.resources.node import Node
from mserve.views.absent import Absent


def need_room(place: Any, size: int | None) -> None:
    """Raises OverQuota, OverMonthlyQuota where `size` bytes have no room at the place, be it
    there or not.

    What another transaction stores meanwhile is seen when the bytes are to be stored.
    """
    while isinstance(place, Absent):
        place = place.__parent__
    node = getattr(place, "node", place)
    if size and isinstance(node, Mfile):
        need_growth(node, size, size)
    elif size and isinstance(node, Node):
        quota.need(node, quota.upload(size))
