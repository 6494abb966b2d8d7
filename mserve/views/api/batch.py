"""REST of copies, and of many changes in one request."""

from typing import Any

from mserve import ingest
from mserve.errors import BadDocument, BadInput, Missing, MserveError, Refused
from mserve.resources.facets import Copy
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission
from mserve.resources.service_facets import Batch
from mserve.security import service_of
from mserve.views import json, refused
from mserve.views.body import Fields, document, text
from mserve.views.config import created, rest
from mserve.views.problems import kind_of, said_aside, status_of
from mserve.views.profiles import items
from mserve.views.targets import find_node, folder_at, target_folder
from mserve.views.urls import facet_url, url

MOST = 1000


@rest(context=Copy, method="POST", permission=Permission.READ,
      takes="Destination", gives={201: "AnyNode"})  # fmt: skip
def copy(context: Copy, request: Any) -> Any:
    """A copy of a file or folder: `{"parent"?, "name"?}`; it costs no bytes on the disk."""
    made = copy_to(request, context.node, *_destination(context.node, Fields(document(request))))
    return created(request, json.node(request, made), url(request, made))


@rest(context=Batch, method="POST", permission=Permission.VIEW, takes="Batch", gives="Results")
def batch(context: Batch, request: Any) -> Any:
    """Many changes: `{"operations": [{"op": "move|copy|remove", "path", "parent"?, "name"?}]}`.

    Each is done or refused on its own, in their order; the answer has a result for each.
    """
    fields = Fields(document(request))
    operations = fields.need("operations", items) or []
    fields.end()
    if len(operations) > MOST:
        raise BadInput(f"at most {MOST} operations fit into one batch")
    return {"results": [_one(context.node, request, each) for each in operations]}


def _one(folder: Branch, request: Any, operation: Any) -> dict[str, Any]:
    """Does one operation; a fault undoes this one alone."""
    savepoint = request.tm.savepoint()
    try:
        return {"status": 200, **_do(folder, request, operation)}
    except MserveError as fault:
        savepoint.rollback()
        if isinstance(fault, Refused):
            refused.note(request, status_of(fault))
        return _refusal(request, fault)


def _refusal(request: Any, fault: MserveError) -> dict[str, Any]:
    """As a problem document would tell it."""
    kind = f"urn:mserve:problem:{kind_of(fault)}"
    told = {"status": status_of(fault), "type": kind, "detail": str(fault)}
    said = said_aside(request, told)
    return told if said is None else {**told, "said": said}


def _do(folder: Branch, request: Any, operation: Any) -> dict[str, Any]:
    if not isinstance(operation, dict):
        raise BadInput("an operation should be a JSON object")
    fields = Fields(operation)
    do = OPERATIONS[fields.need("op", _operation) or "move"]
    path = fields.need("path", text) or ""
    if fields.faults:
        raise BadDocument(fields.faults)
    node = find_node(folder, path)
    if node is None or node is folder or not request.has_permission(Permission.VIEW, node):
        raise Missing(f"there is nothing at {operation.get('path')!r} that this key may see")
    return do(node, request, fields)


def _operation(value: Any) -> str:
    if not isinstance(value, str) or value not in OPERATIONS:
        raise BadInput(f"should be one of: {', '.join(OPERATIONS)}")
    return str(value)


def _copied(node: Any, request: Any, fields: Fields) -> dict[str, Any]:
    return {"node": json.node(request, copy_to(request, node, *_destination(node, fields)))}


def copy_to(request: Any, node: Any, path: str | None, name: str) -> Node:
    """A copy of the node: in its own folder, or that at `path` below the client's own root.

    Raises Refused, Conflict, NameTaken, BadName.
    """
    _need(request, Permission.READ, node)
    parent = node.__parent__ if path is None else folder_at(request, path)
    _need(request, Permission.ADD, parent)
    return ingest.copy(node, parent, name)


def _moved(node: Any, request: Any, fields: Fields) -> dict[str, Any]:
    move_to(request, node, *_destination(node, fields))
    return {"node": json.node(request, node)}


def move_to(request: Any, node: Any, path: str | None, name: str) -> None:
    """Has the node be called `name`, in its own folder or that at `path`; as `copy_to`."""
    _need(request, Permission.WRITE, node)
    ingest.move(node, target_folder(request, node, path), name)


def _removed(node: Any, request: Any, fields: Fields) -> dict[str, Any]:
    """With where it can be taken back, if the key may do so."""
    fields.end()
    _need(request, Permission.REMOVE, node)
    service = service_of(node)
    trashed = ingest.remove(node)
    if trashed is None or not request.has_permission(Permission.REMOVE, service):
        return {}
    return {"trashed": facet_url(request, service, "trash", trashed.__name__)}


def _destination(node: Any, fields: Fields) -> tuple[str | None, str]:
    path = fields.take("parent", text)
    name = fields.take("name", text, node.__name__)
    fields.end()
    return path, name


def _need(request: Any, permission: Permission, node: Any) -> None:
    if not request.has_permission(permission, node):
        raise Refused(f"this key may not {permission} here")


OPERATIONS = {"move": _moved, "copy": _copied, "remove": _removed}
