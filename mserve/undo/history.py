"""History: which transactions changed a node, the newest first."""

from base64 import decodebytes
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from persistent.timestamp import TimeStamp
from ZODB.POSException import POSKeyError

from mserve.errors import Conflict, Missing
from mserve.resources import clock
from mserve.resources.node import Branch, Node

MOST = 200
"""Transactions that are told of, and can be undone."""
LOOKED_AT = 2000
"""The last transactions of the whole database that are asked whether they were about the node."""


class Entry(NamedTuple):
    """One transaction: `id` in hex, `moment` in µs, `notes` of who did what.

    `size` is that of all that it wrote, in bytes, if it is known.
    """

    id: str
    moment: int
    size: int | None
    notes: tuple[str, ...]

    @property
    def tid(self) -> bytes:
        return bytes.fromhex(self.id)


def entries(node: Node, limit: int = MOST) -> list[Entry]:
    """Up to `limit` that changed the node, its children or its keys, or reported in a service.

    And those of the database's last that were asked for somewhere below it. Raises Conflict where
    the storage keeps no history.
    """
    storage = node._p_jar.db().storage
    if not getattr(storage, "supportsUndo", lambda: False)():
        raise Conflict(
            "the database keeps no history, so that nothing can be undone; see the trash"
        )
    found = {each["tid"]: each for oid in _oids(node) for each in _history(storage, oid, limit)}
    for each in storage.undoInfo(0, -LOOKED_AT):
        tid = decodebytes(_bytes(each["id"]) + b"\n")[:8]
        if tid in found or any(is_below(node, note) for note in _notes(each)):
            found[tid] = {**each, "tid": tid}
    return [_entry(found[tid]) for tid in sorted(found, reverse=True)[:limit]]


def entry(node: Node, id: str) -> Entry:
    """That of the id; raises Missing where it is none of the node's last."""
    for each in entries(node):
        if each.id == id:
            return each
    raise Missing(f"the transaction {id!r:.40} is none of the last {MOST} of this node")


def _oids(node: Node) -> Iterator[bytes]:
    parts = [node, node.keys]
    if isinstance(node, Branch):
        parts += [node.children, node.count]
    if node.type == "service":
        parts += [node.site.traces.get(node.id)]
    yield from (part._p_oid for part in parts if part is not None)


def _history(storage: Any, oid: bytes, limit: int) -> list[dict[str, Any]]:
    """Those that wrote the object; the size that is told there is that of its record alone."""
    try:
        return [{**each, "size": None} for each in storage.history(oid, size=limit)]
    except POSKeyError:
        return []


def _entry(told: dict[str, Any]) -> Entry:
    moment = int(TimeStamp(told["tid"]).timeTime() * clock.SECOND)
    return Entry(told["tid"].hex(), moment, told.get("size"), _notes(told))


def _notes(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_bytes(told["description"]).decode("utf-8", "replace").splitlines())


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def is_below(node: Node, note: str) -> bool:
    """Whether the note (views/noting.py) is of the node, or of what is below it."""
    own, path = path_of(node), note.partition("/")
    return f"/{path[2]}/".startswith(f"{own}/") if path[1] else False


def path_of(node: Node) -> str:
    """The node's path as notes have it, without a slash at the end."""
    names = [str(each.__name__) for each in node.lineage() if each.__parent__ is not None]
    return "".join(f"/{quote(name)}" for name in reversed(names))
