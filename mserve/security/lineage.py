"""What is above an object of the tree, be it a node, a facet, a job or a place where nothing is."""

from typing import Any

from mserve.resources.node import Node


def ids_above(context: Any) -> set[str]:
    """The ids of the nodes in the lineage of `context`, its own if it is one."""
    found = set()
    while context is not None:
        if isinstance(context, Node):
            found.add(context.id)
        context = getattr(context, "__parent__", None)
    return found


def node_of(context: Any) -> Any:
    """The node that `context` is, or belongs to; or None."""
    while context is not None and not isinstance(context, Node):
        context = context.__parent__
    return context


def service_of(context: Any) -> Any:
    """The service that `context` is in, or None."""
    node = node_of(context)
    return None if node is None else node.find("service")
