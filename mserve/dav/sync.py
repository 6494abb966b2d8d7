"""The report sync-collection (RFC 6578, 3): what has changed since a client asked last."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pyramid.response import Response

from mserve.dav import answer, xml
from mserve.dav.changed import Changed, Untold
from mserve.dav.config import dav
from mserve.dav.discovery import Locks
from mserve.dav.live import IN_SERVICE
from mserve.dav.members import INFINITE, ONE, ZERO, below, loaded
from mserve.dav.multistatus import BEGIN, END, Writer, path_of
from mserve.dav.plan import plan_for
from mserve.dav.token import NOTHING, Token
from mserve.dav.wanted import Wanted, children
from mserve.errors import BadInput
from mserve.resources.node import Node
from mserve.resources.roles import Permission
from mserve.views.content.walk import Path

MOST = 10_000  # members in one answer
LEVELS = {"1": ONE, "infinite": INFINITE}


@dataclass(frozen=True)
class Asked:
    """A request: the client's token as it came, how deep, which properties, how many members."""

    token: str
    depth: str
    wanted: Wanted
    most: int

    @classmethod
    def of(cls, root: Any) -> "Asked":
        """Raises BadInput."""
        parts = children(root)
        if not {"sync-token", "sync-level", "prop"} <= parts.keys():
            raise BadInput("sync-collection should hold sync-token, sync-level and prop")
        level = text_of(parts["sync-level"])
        if level not in LEVELS:
            raise BadInput("sync-level should be 1 or infinite")
        wanted = Wanted.of_prop(parts["prop"])
        return cls(text_of(parts["sync-token"]), LEVELS[level], wanted, _most(parts.get("limit")))


@dav(context=Node, method="REPORT", permission=Permission.VIEW)
def report(context: Node, request: Any) -> Response:
    """207 with what has changed in a service or folder, and the token to ask with next.

    403 where it is another report, or the token tells too little. Raises BadInput, StorageFull.
    """
    if request.headers.get("Depth", ZERO).strip() != ZERO:
        raise BadInput("Depth should be 0; sync-level says how deep the report goes")
    root = xml.read(request)
    if root is None:
        raise BadInput("the body should be the XML of a report, such as sync-collection")
    if not _is_sync(request, context, root):
        return answer.refused(request, "supported-report")
    asked = Asked.of(root)
    try:
        token = Token.parse(asked.token, context)
        token.check_age(request.settings.audit_days)
        found = _found(context, token, asked.depth)
    except Untold:
        return answer.refused(request, "valid-sync-token")
    return answer.multistatus(request, _parts(request, context, token, asked, found))


def _is_sync(request: Any, node: Any, root: Any) -> bool:
    """Who may see all below the node alone is told what went from it."""
    policy = request.registry.mserve_policy
    sync = xml.Name.of(root) == (xml.DAV, "sync-collection") and node.type in IN_SERVICE
    return sync and policy.covers(request, node, Permission.VIEW)


def _found(node: Any, token: Token, depth: str) -> Iterator[tuple[Path, Any]]:
    """The members that are to be told, in order. Raises Untold."""
    if token.since == NOTHING:
        return below(node, depth, token.after)
    changed = Changed(node, token.since).members(depth)
    return (member for member in changed if member[0] > token.after)


def _parts(
    request: Any, node: Any, token: Token, asked: Asked, found: Iterator[tuple[Path, Any]]
) -> Iterator[str]:
    writer, known = _writer(request, node, asked), Token.now(node)
    after, left = token.after, asked.most
    done = replace(known, since=token.until or known.since)
    yield BEGIN
    for names, member in loaded(found, node._p_jar):
        if not left:
            done = replace(token, until=done.since, after=after)
            yield writer.cut()
            break
        yield writer.gone(names) if member is None else writer.response(names, member)
        after, left = names, left - 1
    yield f"<D:sync-token>{done}</D:sync-token>\n{END}"


def _writer(request: Any, node: Any, asked: Asked) -> Writer:
    plan = plan_for(request, node, asked.wanted)
    return Writer(path_of(request, node), plan, Locks(request, node))


def text_of(element: Any) -> str:
    return (element.text or "").strip()


def _most(limit: Any) -> int:
    """As the client's limit says, up to MOST. Raises BadInput."""
    if limit is None:
        return MOST
    number = children(limit).get("nresults")
    text = "" if number is None else text_of(number)
    if not (text.isascii() and text.isdigit()) or not int(f"{text:.12}"):
        raise BadInput("limit should hold nresults, a whole number above 0")
    return min(int(f"{text:.12}"), MOST)
