"""Leftovers: files with names that programs keep things of their own under, as services know them.

Each is in the `leftovers` of its service, under a key that sorts by when it came.
"""

from typing import Any

from mserve.resources.mfile import Mfile
from mserve.resources.names import is_temporary
from mserve.resources.node import Node


def note(node: Node) -> None:
    """Has its service know of it, if it has got such a name."""
    if isinstance(node, Mfile) and is_temporary(str(node.__name__)):
        node.find("service").leftovers[key_of(node)] = node


def forget(node: Node, service: Any) -> None:
    """It is the service's no more."""
    if isinstance(node, Mfile):
        service.leftovers.discard(key_of(node))


def key_of(mfile: Mfile) -> str:
    """Where it stands among its service's leftovers: the oldest come first."""
    return f"{mfile.created:016x}-{mfile.id}"
