"""Metadata of a node: checked, given to it, recorded; and the entity tag of what it has now."""

from hashlib import sha256
from json import dumps
from typing import Any

from mserve.errors import BadInput
from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.guard import need_change
from mserve.resources.node import Node

METADATA_LIMIT = 64 << 10  # bytes of JSON


def describe(node: Node, metadata: dict[str, Any]) -> None:
    """Gives the node other metadata. Raises BadInput where it is too much, LockTokenMissing."""
    need_change(node)
    node.metadata = capped(metadata)


def redescribe(node: Node, metadata: dict[str, Any]) -> None:
    """As `describe`, by itself: the node is touched, and found by what it says now."""
    if metadata == node.metadata:
        return
    describe(node, metadata)
    node.touch()
    audit.record(node, Action.CHANGE, {}, {"metadata": names(node)})
    node.site.changed(node, node.find("service"))


def capped(metadata: dict[str, Any]) -> dict[str, Any]:
    size = len(dumps(metadata).encode())
    if size > METADATA_LIMIT:
        raise BadInput(f"the metadata would have {size} bytes; at most {METADATA_LIMIT} are kept")
    return metadata


def names(node: Node) -> str:
    """What the audit log is told of metadata."""
    return ", ".join(sorted(node.metadata))


def tag(node: Node) -> str:
    """The entity tag of a node's metadata, without quotes: it changes when they do."""
    told = dumps({"id": node.id, "metadata": dict(node.metadata)}, sort_keys=True)
    return sha256(told.encode()).hexdigest()[:32]
