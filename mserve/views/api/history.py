"""REST of history: which transactions changed a node, and their undoing, for who administers it."""

from typing import Any
from urllib.parse import unquote

from mserve import undo
from mserve.errors import BadInput
from mserve.resources import audit, clock
from mserve.resources.audit import Action
from mserve.resources.facets import History, HistoryEntry
from mserve.resources.node import Node
from mserve.resources.roles import Permission
from mserve.views import paging
from mserve.views.body import Fields, document
from mserve.views.config import rest
from mserve.views.json import Json
from mserve.views.urls import facet_url


@rest(context=History, method="GET", permission=Permission.ADMIN,
      gives="Transactions", query=("limit",), errors=(409,))  # fmt: skip
def listing(context: History, request: Any) -> Json:
    """The last transactions that changed the node or what is counted of it, the newest first.

    At most 200, and of those that changed only what lies deeper, those among the database's last
    2000. `actions` are those below the node, `others` how many the transaction has besides.
    409 where the database keeps no history.
    """
    limit, _ = paging.asked(request)
    found = undo.entries(context.node, min(limit, undo.MOST))
    items = [shown(request, context.node, each) for each in found]
    return {"items": items, "next": None, "total": len(items)}


@rest(context=HistoryEntry, method="GET", permission=Permission.ADMIN,
      gives="Transaction", errors=(409,))  # fmt: skip
def show(context: HistoryEntry, request: Any) -> Json:
    """One transaction."""
    return shown(request, context.node, undo.entry(context.node, context.__name__))


@rest(context=HistoryEntry, method="POST", permission=Permission.ADMIN,
      takes="Undo", gives={200: "Transaction"})  # fmt: skip
def act(context: HistoryEntry, request: Any) -> Json:
    """Undoes it, by a transaction that can be undone in turn: `{"undo": true}`.

    409 where later changes stand on it, or it cannot be undone at all, as when it was about keys,
    which never come back; 403 where it also changed what the key does not administer.
    """
    fields = Fields(document(request))
    fields.need("undo", _is_true)
    fields.end()
    told: Json = show(context, request)  # where the node was: it may be gone after
    take_back(context, request)
    return told


def take_back(context: HistoryEntry, request: Any) -> None:
    """Undoes it. Raises Missing, Conflict, Refused."""
    found = undo.entry(context.node, context.__name__)
    audit.record(context.node, Action.UNDO, None, {"transaction": found.id})
    undo.undo(
        request.site, found, lambda node: bool(request.has_permission(Permission.ADMIN, node))
    )


def _is_true(value: Any) -> bool:
    if value is not True:
        raise BadInput("should be true")
    return True


def shown(request: Any, node: Node, entry: undo.Entry) -> Json:
    """What who asks may know: nothing of what the transaction did elsewhere."""
    told = [each.split(" ", 2) for each in entry.notes if undo.is_below(node, each)]
    return {
        "id": entry.id,
        "url": facet_url(request, node, "history", entry.id),
        "time": clock.rfc3339(entry.moment),
        "size": entry.size,
        "actions": [_action(undo.path_of(node), *each) for each in told],
        "others": len(entry.notes) - len(told),
    }


def _action(own: str, actor: str, method: str, path: str) -> Json:
    return {"actor": actor, "method": method, "path": unquote(path.removeprefix(own)) or "/"}
