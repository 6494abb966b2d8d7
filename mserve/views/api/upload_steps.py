"""Steps of uploads in pieces (api/uploads.py): entered, advanced, finished and given up."""

from typing import Any

from mserve import ingest
from mserve.errors import Conflict, DigestMismatch, Missing, NameTaken
from mserve.purse import purse_of
from mserve.resources import audit, clock
from mserve.resources.audit import Action
from mserve.resources.mfile import Mfile
from mserve.resources.node import depend_on
from mserve.resources.partial import GONE, Partial
from mserve.resources.roles import Permission
from mserve.resources.service_facets import Uploads
from mserve.resources.spool import Spool
from mserve.resources.upload import IDLE, Described, Upload
from mserve.views import preconditions, receive, tus, upload_json
from mserve.views.absent import Absent
from mserve.views.announced import Announced
from mserve.views.api.files import check_place
from mserve.views.if_header import need_unlocked
from mserve.views.pieces import HASHINGS, receive_piece
from mserve.views.room import need_room
from mserve.views.traversal import child


def check_target(
    request: Any, folder: Any, described: Described, length: int | None = None
) -> None:
    """Raises what would be in the way of the file: a name, a permission, a condition, a quota."""
    there = folder
    for name in described.names:
        there = Absent(there, name) if request.grant.own_only else child(there, name)
    if isinstance(there, Absent):
        check_place(request, there)
        receive.need(request, Permission.ADD, there)
    elif isinstance(there, Mfile):
        receive.need(request, Permission.WRITE, there)
    else:
        raise NameTaken(described.names[-1])
    need_unlocked(there)
    need_room(there, length)
    absent = isinstance(there, Absent)
    preconditions.check_conditions(described.conditions, None if absent else there)


def enter(
    request: Any, there: Any, id: str, length: int | None, described: Described, whole: Announced
) -> None:
    """Records the upload, in a folder that must still be there when that is committed."""
    if not isinstance(there, Uploads):
        raise Missing("the folder is gone")
    depend_on(there.node.lineage())
    upload = Upload(id, there.node, request.grant.key.id, length, described)
    upload.announced = whole.plain
    upload.depositor = request.grant.depositor
    request.site.uploads[id] = upload
    audit.record(there.node, Action.UPLOAD_BEGIN, after={"upload": id, "length": length})


def say(request: Any, there: Any, length: int | None, whole: Announced) -> int | None:
    """Sets what was not said before: length, digests. Returns the length."""
    upload = own(request, there)
    if length is not None and upload.length not in (None, length):
        raise Conflict("another request has said another Upload-Length")
    if upload.mfile is not None:
        raise Conflict("the file is stored already")
    upload.length = length if upload.length is None else upload.length
    upload.announced = Announced.of_plain(upload.announced).joined(whole).plain
    changed = {"upload": upload.id, "length": upload.length}
    audit.record(upload.__parent__, Action.UPLOAD_CHANGE, after=changed)
    return upload.length


def advance(
    request: Any, partial: Partial, length: int | None, offset: int, whole: Announced
) -> dict[str, str]:
    """Appends the request's piece, stores the file if all is there; returns what headers tell."""
    with partial.lease() as lease:
        if lease.offset != offset:
            raise Conflict(f"the upload is at {lease.offset}, not at {offset}; HEAD tells where")
        if request.content_type == tus.CHUNK:
            receive_piece(request, partial.id, lease, length, whole.algorithms)
        if lease.offset == length:
            return _finish(request, partial, lease.offset, whole.algorithms)
        expires = tus.date(clock.now() + IDLE * clock.SECOND)
        return {"Upload-Offset": str(lease.offset), "Upload-Expires": expires}


def _finish(
    request: Any, partial: Partial, size: int, algorithms: frozenset[str]
) -> dict[str, str]:
    """Makes the file. May be done again, by any request, until it has worked once.

    Raises DigestMismatch where the bytes are others than announced, and ends the upload.
    """
    id = partial.id
    spool = Spool.of_file(partial.path, HASHINGS.take(id, size, algorithms), algorithms)
    try:
        headers: dict[str, str] = receive.commit(
            request, Permission.ADD, lambda there: _store(request, there, id, spool)
        )
    except DigestMismatch:
        receive.commit(request, Permission.ADD, lambda there: drop(request, there, id))
        partial.discard()
        if (purse := purse_of(request)) is not None:
            purse.kept = 0
        raise
    finally:
        spool.clear()
    partial.discard()
    return headers


def _store(request: Any, there: Any, id: str, spool: Spool) -> dict[str, str]:
    upload = _at(request, there, id)
    if upload.mfile is None:
        _check_whole(upload, spool)
        check_target(request, upload.__parent__, upload.described)
        stored = _put(request, upload, spool)
        upload.finish(stored.mfile.id, stored.job.id if stored.job else None)
    return upload_json.headers(request, upload, spool.size)


def _put(request: Any, upload: Upload, spool: Spool) -> ingest.Stored:
    folder, names, kind = upload.__parent__, upload.described.names, upload.described.media_type
    if upload.depositor:
        return ingest.deposit(folder, names, spool, kind, upload.depositor)
    return ingest.put(ingest.make_folders(folder, names[:-1]), names[-1], spool, kind)


def _check_whole(upload: Upload, spool: Spool) -> None:
    """Raises DigestMismatch; Conflict where a digest was announced since the bytes were hashed."""
    whole = Announced.of_plain(upload.announced)
    if not whole.algorithms <= spool.digests.keys():
        raise Conflict("another request has announced a digest; HEAD ends the upload")
    whole.check(spool.digests)


def _at(request: Any, there: Any, id: str) -> Upload:
    """The upload `id`, in a request for it or for all of its folder; raises Missing."""
    if isinstance(there, Uploads):
        there = there.get(id)
    return own(request, there)


def own(request: Any, upload: Any) -> Upload:
    """`upload`, if it is one and the key made it or is an administrator's; else raises Missing."""
    if not isinstance(upload, Upload):
        raise Missing(GONE)
    mine = upload.key in {grant.key.id for grant in request.identity.grants}
    if not mine and not request.has_permission(Permission.ADMIN, upload):
        raise Missing(GONE)
    return upload


def finish_now(request: Any, partial: Partial, algorithms: frozenset[str]) -> None:
    """What a process that died has left undone; another one may be faster."""
    with receive.outside_transaction(request):
        try:
            with partial.lease() as lease:
                _finish(request, partial, lease.offset, algorithms)
        except Missing:
            pass  # it is finished or ended: the tree tells, in the next transaction


def drop(request: Any, there: Any, id: str) -> None:
    upload = _at(request, there, id)
    request.site.uploads.discard(upload.id)
    audit.record(upload.__parent__, Action.UPLOAD_END, {"upload": upload.id})
