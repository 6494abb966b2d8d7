"""PUT: the bytes come in as on REST; what differs is what drives need and REST does not."""

from typing import Any, NamedTuple

from pyramid.response import Response

from mserve import ingest
from mserve.dav import assembling
from mserve.dav.config import dav
from mserve.dav.fields import MTIME, check_length, expected, mtime, total_length
from mserve.dav.moving import check_parent
from mserve.errors import Conflict, NameTaken
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.roles import Permission
from mserve.resources.spool import Spool
from mserve.views import receive
from mserve.views.absent import Absent
from mserve.views.api import files
from mserve.views.if_header import need_unlocked
from mserve.views.room import need_room
from mserve.views.urls import url


class Kept(NamedTuple):
    """What came of a PUT."""

    created: bool
    etag: str
    url: str


@dav(context=Absent, method="PUT", permission=Permission.ADD)
def create(context: Absent, request: Any) -> Response:
    """A new file in a folder that is there."""
    check_new(request, context)
    return _put(request, Permission.ADD)


@dav(context=Mfile, method="PUT", permission=Permission.WRITE)
def replace(context: Mfile, request: Any) -> Response:
    """New content for a file."""
    need_unlocked(context)
    return _put(request, Permission.WRITE)


def check_new(request: Any, absent: Absent) -> None:
    """Raises what keeps a new file from the place: a name, that no folder is there, a lock."""
    if request.grant.own_only:
        files.check_place(request, absent)
    else:
        check_place(absent)
    need_unlocked(absent)


def check_place(absent: Absent) -> tuple[Branch, str]:
    """The folder, and the name in it. Raises Conflict where there is none (RFC 4918, 9.7.1)."""
    parent, names = absent.place()
    if len(names) > 1 or not isinstance(parent, Branch):
        raise Conflict("the folder that it is to be put into is not there; make it first")
    check_parent(parent)
    return parent, parent.check_name(names[0])


def _put(request: Any, permission: str) -> Response:
    moment, chunks = mtime(request), assembling.chunks_of(request)
    length = expected(request) if chunks is None else total_length(request)
    need_room(request.context, length)
    with receive.outside_transaction(request), assembling.incoming(request, chunks) as spool:
        check_length(length, spool.size)
        kept = receive.commit(
            request, permission, lambda context: _store(request, context, spool, moment)
        )
    answer = Response(status=201 if kept.created else 204)
    answer.headers["ETag"] = f'"{kept.etag}"'
    if kept.created:
        answer.location = kept.url  # a depositor's may have another name than was asked for
    if moment is not None:
        answer.headers[MTIME] = "accepted"
    return answer


def _store(request: Any, context: Any, spool: Spool, moment: int | None) -> Kept:
    """Stores what came where the path leads by now; changed at `moment` (µs), if that is known."""
    announced = request.headers.get("Content-Type", "")
    if isinstance(context, Absent) and request.grant.own_only:
        stored = files.store_new(request, context, spool, announced)
    elif isinstance(context, Absent):
        folder, name = check_place(context)
        make = ingest.create if spool.size else ingest.reserve
        stored = make(folder, name, spool, announced)
    else:
        receive.need(request, Permission.WRITE, context)  # another may have made it meanwhile
        if not isinstance(context, Mfile):
            raise NameTaken(context.__name__ or "")
        stored = ingest.replace(context, spool, announced)
    if moment is not None:
        ingest.set_modified(stored.mfile, moment)
    return Kept(stored.created, stored.mfile.etag, url(request, stored.mfile))
