"""LOCK and UNLOCK (RFC 4918, 9.10 and 9.11)."""

from contextlib import ExitStack
from io import BytesIO
from typing import Any, NamedTuple

from pyramid.response import Response

from mserve import ingest
from mserve.dav import lockinfo
from mserve.dav.config import dav
from mserve.dav.discovery import discovery
from mserve.dav.storing import check_new, check_place
from mserve.dav.xml import DECLARED, HEAD
from mserve.errors import BadInput, Conflict, PreconditionFailed
from mserve.ingest import locks
from mserve.ingest.locks import Wish
from mserve.resources.lock import covering
from mserve.resources.node import Node
from mserve.resources.roles import Permission
from mserve.resources.spool import Spool
from mserve.views import receive
from mserve.views.absent import Absent
from mserve.views.if_header import tokens_of
from mserve.views.lock_rights import need_end, need_own
from mserve.views.receipts import need_others

KIND = "application/xml; charset=utf-8"
TOKEN = "Lock-Token"


class Made(NamedTuple):
    """A new lock's token, the properties that tell of it, and whether a file was made for it."""

    token: str
    told: str
    created: bool


@dav(context=Node, method="LOCK", permission=Permission.WRITE)
def lock(context: Node, request: Any) -> Response:
    """A new lock on what is there; without a body, one of its locks lasts longer."""
    wish = lockinfo.wish(request)
    return _refresh(context, request) if wish is None else _lock(request, wish)


@dav(context=Absent, method="LOCK", permission=Permission.ADD)
def lock_new(context: Absent, request: Any) -> Response:
    """A new lock on an empty file, that is made for it (RFC 4918, 7.3)."""
    need_others(request)
    check_new(request, context)
    wish = lockinfo.wish(request)
    if wish is None:
        raise PreconditionFailed("there is no lock here that could be refreshed")
    return _lock(request, wish)


def _lock(request: Any, wish: Wish) -> Response:
    """In a transaction of its own: others need not be undone with it."""
    with receive.outside_transaction(request), ExitStack() as stack:
        made = receive.commit(
            request, Permission.VIEW, lambda place: _make(request, place, wish, stack), apart=True
        )
    answer = _told(made.told)
    answer.status_int = 201 if made.created else 200
    answer.headers[TOKEN] = f"<{made.token}>"
    return answer


def _make(request: Any, place: Any, wish: Wish, stack: ExitStack) -> Made:
    created = isinstance(place, Absent)
    receive.need(request, Permission.ADD if created else Permission.WRITE, place)
    node = _reserved(request, place, stack) if created else place
    made = locks.lock(node, wish)
    return Made(made.token, discovery(request, node), created)


def _reserved(request: Any, place: Absent, stack: ExitStack) -> Node:
    folder, name = check_place(place)
    if folder.site.nothing is not None:
        return ingest.reserve(folder, name, None).mfile
    empty = Spool.receive(request.spool_folder, BytesIO(), 0)
    stack.callback(empty.clear)
    return ingest.reserve(folder, name, empty).mfile


def _refresh(context: Node, request: Any) -> Response:
    """That of the locks whose token is in the header If (9.10.2)."""
    tokens = tokens_of(request)
    if not tokens:
        raise BadInput("a LOCK needs a lockinfo as body, or in If the token of the lock to refresh")
    found = [held for held in covering(context) if held.lock.token in tokens]
    if len(found) != 1:
        raise PreconditionFailed("If should have the token of one lock that covers this place")
    need_own(request, found[0])
    locks.refresh(found[0], lockinfo.seconds(request))
    return _told(discovery(request, context))


@dav(context=Node, method="UNLOCK", permission=Permission.WRITE)
def unlock(_context: Node, request: Any) -> Response:
    """Ends the lock; who administers what is locked may end those of others as well (6.4)."""
    token = request.headers.get(TOKEN, "").strip()
    if not (token.startswith("<") and token.endswith(">")):
        raise BadInput(f"the header {TOKEN} should be the lock's token, as <urn:uuid:…>")
    with receive.outside_transaction(request):
        receive.commit(
            request, Permission.WRITE, lambda place: _end(request, place, token[1:-1]), apart=True
        )
    return Response(status=204)


def _end(request: Any, place: Any, token: str) -> None:
    found = () if isinstance(place, Absent) else covering(place)
    held = next((each for each in found if each.lock.token == token), None)
    if held is None:
        raise Conflict("no lock of that token covers this place")
    need_end(request, held)
    locks.unlock(held)


def _told(properties: str) -> Response:
    body = f"{HEAD}<D:prop{DECLARED}>{properties}</D:prop>\n"
    return Response(
        body.encode(), headerlist=[("Content-Type", KIND), ("Cache-Control", "no-store")]
    )
