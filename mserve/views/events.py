"""Events of the audit log: what a request asks for, their JSON, and all of them without an end."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from mserve.errors import BadInput, Missing, Refused
from mserve.resources import clock
from mserve.resources.asker import DOORS
from mserve.resources.audit import Action
from mserve.resources.audit_pages import Event, Wanted, checked_cursor, id_of, page
from mserve.resources.roles import Permission
from mserve.security import SecurityPolicy
from mserve.security.identity import Identity
from mserve.views import paging
from mserve.views.content.walk import reading
from mserve.views.job_query import checked, moment
from mserve.views.urls import url
from mserve.views.usage import cell

LINES = 500  # events that are read at once


def flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise BadInput("should be true or false")
    return text == "true"


def among(*known: str) -> Callable[[str], str]:
    """A check that a text is one of `known`."""

    def check(text: str) -> str:
        if text not in known:
            raise BadInput(f"should be one of: {', '.join(known)}")
        return text

    return check


READERS: Mapping[str, Callable[[str], Any]] = {
    "since": clock.parse,
    "until": clock.parse,
    "actor": str,
    "action": among(*Action),
    "door": among(*DOORS),
    "refused": flag,
    "deep": flag,
    "path": str,
}
COLUMNS = (
    "time", "action", "refused", "path", "actor", "door", "address", "before", "after", "node",
    "id",
)  # fmt: skip
FILTERS = tuple(READERS)
QUERY = (*FILTERS, *paging.QUERY)


def wanted(request: Any) -> Wanted:
    """What the query asks for; a form's empty fields ask for nothing. Raises BadInput."""
    query, found, people = request.GET, {}, request.door == "html"
    for name, read in READERS.items():
        reader = moment if people and read is clock.parse else read
        if name in query and (query[name] or not people):
            found[name] = checked(name, query[name], reader)
    return Wanted(**found)


def cursor(request: Any) -> str:
    """That of the query, or the beginning; raises BadInput."""
    text = request.GET.get("cursor")
    return checked_cursor(text) if text else ""


def listed(request: Any, context: Any) -> dict[str, Any]:
    """A page of the events of a node."""
    limit, _ = paging.asked(request)
    found, more = page(context.node, wanted(request), limit, cursor(request))
    top = id_of(request.virtual_root)
    return {
        "items": [shown(each, top) for each in found],
        "next": more and f"{url(request, context)}?{again(request, limit=limit, cursor=more)}",
        "total": None,
    }


def again(request: Any, **more: Any) -> str:
    """The query that asks for the same, and `more`."""
    kept = [(name, request.GET[name]) for name in FILTERS if request.GET.get(name)]
    return urlencode([*kept, *more.items()])


def shown(event: Event, top: bytes) -> dict[str, Any]:
    """An event as JSON, for one whose root is the node `top`."""
    return {
        "id": event.id,
        "time": clock.rfc3339(event.time),
        "actor": event.actor,
        "door": event.door,
        "address": event.address,
        "action": event.action,
        "refused": event.refused,
        "node": event.node,
        "path": event.path_below(top),
        "before": event.before,
        "after": event.after,
    }


def _row(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(map(cell, cells))
    return text.getvalue().encode()


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Reader:
    """All wanted events of a node, for one whose root is the node `top`.

    They are read in short transactions, so that neither memory nor the database is held; in each
    the key is asked for again.
    """

    def __init__(self, db: Any, node: Any, identity: Identity, asked: Wanted, top: bytes) -> None:
        self.db, self.node, self.identity = db, node.id, identity.apart()
        self.asked, self.top = asked, top

    def lines(self, begin: str = "") -> Iterator[bytes]:
        """As lines of JSON, from behind the cursor `begin` on. Raises Refused, Missing."""
        for told in self._told(begin):
            yield b"".join(json.dumps(each).encode() + b"\n" for each in told)

    def table(self, begin: str = "") -> Iterator[bytes]:
        """As CSV (RFC 4180), with a line of names first. Raises Refused, Missing."""
        yield _row(COLUMNS)
        for told in self._told(begin):
            yield b"".join(_row([_text(each[name]) for name in COLUMNS]) for each in told)

    def _told(self, begin: str) -> Iterator[list[dict[str, Any]]]:
        more: str | None = begin
        while more is not None:
            with reading(self.db) as site:
                found, more = page(self._node(site), self.asked, LINES, more)
            yield [shown(each, self.top) for each in found]

    def _node(self, site: Any) -> Any:
        node = site.ids.get(self.node)
        if node is None or not node.in_tree:
            raise Missing("what the events are of was removed")
        holder = SimpleNamespace(mserve_identity=self.identity.again(site, clock.now()))
        if not SecurityPolicy().permits(holder, node, Permission.AUDIT):
            raise Refused("the key may not see these events any more")
        return node
