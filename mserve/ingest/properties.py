"""Properties that clients set (RFC 4918, 4): kept as they came, and meaning nothing to mserve."""

from collections.abc import Mapping
from typing import Any

from mserve.errors import TooLarge
from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.guard import need_change
from mserve.resources.node import Node

Changes = Mapping[str, str | None]
"""Names as `{namespace}name` to XML elements; None takes the property away."""


def set_properties(node: Node, changes: Changes, most: int, size: int) -> None:
    """Makes all of the changes, or none.

    Raises LockTokenMissing; TooLarge where there would be more than `most`, or of more than `size`
    bytes in all.
    """
    need_change(node)
    merged = {**node.dead, **changes}
    dead = {name: value for name, value in merged.items() if value is not None}
    if len(dead) > most:
        raise TooLarge(f"it would have {len(dead)} properties; at most {most} are kept")
    bytes_ = sum(len(name.encode()) + len(value.encode()) for name, value in dead.items())
    if bytes_ > size:
        raise TooLarge(f"its properties would have {bytes_} bytes; at most {size} are kept")
    if dead != node.dead:
        node.dead = dead
        audit.record(node, Action.CHANGE, after=_told(changes))


def _told(changes: Changes) -> dict[str, Any]:
    return {"webdav": ", ".join(sorted(changes))}
