"""Uploads in pieces by tus 1.0.0, at `<folder>/-/uploads`; views/tus.py has its headers.

The last piece makes the file, as a PUT would. If the process dies between that byte and the
commit, the next HEAD or PATCH does it. If the whole has not the digest that was announced, it can
never become right: nothing is stored, and the upload is ended.
"""

from typing import Any

from pyramid.httpexceptions import HTTPUnsupportedMediaType
from pyramid.response import Response

from mserve import ingest
from mserve.errors import BadInput, Conflict, DigestMismatch, Missing, NameTaken
from mserve.purse import purse_of
from mserve.resources import audit, clock
from mserve.resources.audit import Action
from mserve.resources.facets import Uploads
from mserve.resources.ids import new_id
from mserve.resources.mfile import Mfile
from mserve.resources.node import depend_on
from mserve.resources.partial import GONE, Partial
from mserve.resources.roles import Permission
from mserve.resources.spool import Spool, directory
from mserve.resources.upload import IDLE, Described, Upload
from mserve.views import preconditions, receive, tus, upload_json
from mserve.views.announced import Announced
from mserve.views.api.files import check_place
from mserve.views.config import methods_of, no_content, rest
from mserve.views.if_header import need_unlocked
from mserve.views.pieces import HASHINGS, receive_piece
from mserve.views.traversal import Absent, child
from mserve.views.urls import facet_url


@rest(context=(Uploads, Upload), method="OPTIONS", permission=Permission.VIEW, gives={204: None})
@tus.tus
def abilities(context: Any, request: Any) -> Response:
    """What this server can do of tus."""
    answer = no_content()
    answer.headers.update(tus.abilities(request.settings.upload_limit))
    answer.headers["Allow"] = ", ".join(methods_of(request.registry, context))
    return answer


@rest(context=Uploads, method="POST", permission=Permission.ADD, takes=("Piece", None),
      gives={201: None}, headers=tus.OF_CREATION, errors=tus.STATUSES)  # fmt: skip
@tus.tus
def create(context: Uploads, request: Any) -> Response:
    """A new upload, with or without its first piece.

    Upload-Metadata: filename, filetype, relativePath; if-match, if-none-match, which hold for the
    place of the file as the headers do for a PUT; and checksum, which is that of the whole file, as
    Repr-Digest is.
    """
    length = tus.length(request)
    if (length is None) != (request.headers.get("Upload-Defer-Length") == "1"):
        raise BadInput("say Upload-Length, or Upload-Defer-Length: 1 where it is not known yet")
    id = new_id()
    text = request.headers.get("Upload-Metadata", "")
    said = tus.metadata(text)
    described, announced = tus.described(said, text, id), tus.of_whole(request, said)
    _check_target(request, context.node, described)
    where = facet_url(request, context.node, "uploads", id)
    with receive.outside_transaction(request):
        partial = Partial(request.spool_folder, id)
        partial.make()
        receive.commit(
            request, Permission.ADD,
            lambda there: _enter(request, there, id, length, described, announced),
        )  # fmt: skip
        headers = _advance(request, partial, length, 0, announced)
    return Response(status=201, headers={"Location": where, **headers})


def _check_target(request: Any, folder: Any, described: Described) -> None:
    """Raises what would be in the way of the file: a name, a permission, a condition."""
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
    absent = isinstance(there, Absent)
    preconditions.check_conditions(described.conditions, None if absent else there)


def _enter(
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


@rest(context=Upload, method="PATCH", permission=Permission.ADD, takes="Piece",
      gives={204: None}, headers=tus.OF_PIECES, errors=tus.STATUSES)  # fmt: skip
@tus.tus
def append(context: Upload, request: Any) -> Response:
    """The next piece, at Upload-Offset; the last one makes the file."""
    if request.content_type != tus.CHUNK:
        raise HTTPUnsupportedMediaType(f"a piece of an upload has the Content-Type {tus.CHUNK}")
    offset, said = tus.number(request, "Upload-Offset"), tus.length(request)
    if offset is None:
        raise BadInput("say Upload-Offset: the number of bytes that are here already")
    length = _own(request, context).length
    if length is not None and said not in (None, length):
        raise BadInput(f"Upload-Length was {length} and cannot be changed")
    known = Announced.of_plain(context.announced)
    whole = known.joined(tus.of_whole(request, {}))
    with receive.outside_transaction(request):
        partial = Partial(request.spool_folder, context.id)
        if (length is None and said is not None) or whole != known:
            length = receive.commit(
                request, Permission.ADD, lambda there: _say(request, there, said, whole)
            )
        headers = _advance(request, partial, length, offset, whole)
    return Response(status=204, headers=headers)


def _say(request: Any, there: Any, length: int | None, whole: Announced) -> int | None:
    """Sets what was not said before: length, digests. Returns the length."""
    upload = _own(request, there)
    if length is not None and upload.length not in (None, length):
        raise Conflict("another request has said another Upload-Length")
    if upload.mfile is not None:
        raise Conflict("the file is stored already")
    upload.length = length if upload.length is None else upload.length
    upload.announced = Announced.of_plain(upload.announced).joined(whole).plain
    changed = {"upload": upload.id, "length": upload.length}
    audit.record(upload.__parent__, Action.UPLOAD_CHANGE, after=changed)
    return upload.length


def _advance(
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
        receive.commit(request, Permission.ADD, lambda there: _drop(request, there, id))
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
        _check_target(request, upload.__parent__, upload.described)
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
    return _own(request, there)


def _own(request: Any, upload: Any) -> Upload:
    """`upload`, if it is one and the key made it or is an administrator's; else raises Missing."""
    if not isinstance(upload, Upload):
        raise Missing(GONE)
    mine = upload.key in {grant.key.id for grant in request.identity.grants}
    if not mine and not request.has_permission(Permission.ADMIN, upload):
        raise Missing(GONE)
    return upload


@rest(context=Upload, method="GET", permission=Permission.ADD, gives="Upload")
@tus.tus
def show(context: Upload, request: Any) -> Any:
    """How far the upload is; HEAD is the one of tus."""
    partial = Partial(directory(request.site), _own(request, context).id)
    changed, whole = partial.changed, Announced.of_plain(context.announced)
    if context.mfile is None and changed is not None and partial.size == context.length:
        _finish_now(request, partial, whole.algorithms)
        context = _own(request, receive.context_again(request))
    offset = (context.length or 0) if context.mfile is not None else partial.size
    headers = upload_json.headers(request, context, offset, changed)
    if context.described.metadata:
        headers["Upload-Metadata"] = context.described.metadata
    known = context.length is not None
    headers |= {"Upload-Length": str(context.length)} if known else {"Upload-Defer-Length": "1"}
    request.response.headers.update(headers)
    return upload_json.document(request, context, offset, headers)


def _finish_now(request: Any, partial: Partial, algorithms: frozenset[str]) -> None:
    """What a process that died has left undone; another one may be faster."""
    with receive.outside_transaction(request):
        try:
            with partial.lease() as lease:
                _finish(request, partial, lease.offset, algorithms)
        except Missing:
            pass  # it is finished or ended: the tree tells, in the next transaction


@rest(context=Upload, method="DELETE", permission=Permission.ADD,
      gives={204: None}, headers=("Tus-Resumable",), errors=tus.STATUSES)  # fmt: skip
@tus.tus
def end(context: Upload, request: Any) -> Response:
    """Gives the upload up, with its bytes; a file that came of it stays."""
    id = _own(request, context).id
    with receive.outside_transaction(request):
        receive.commit(request, Permission.ADD, lambda there: _drop(request, there, id))
        Partial(request.spool_folder, id).discard()
    return no_content()


def _drop(request: Any, there: Any, id: str) -> None:
    upload = _at(request, there, id)
    request.site.uploads.discard(upload.id)
    audit.record(upload.__parent__, Action.UPLOAD_END, {"upload": upload.id})


OVERRIDDEN = {"PATCH": append, "DELETE": end}


@rest(context=Upload, method="POST", permission=Permission.ADD, takes=("Piece", None),
      gives={204: None}, headers=tus.OF_OVERRIDES, errors=tus.STATUSES)  # fmt: skip
@tus.tus
def overridden(context: Upload, request: Any) -> Any:
    """For clients that cannot say PATCH or DELETE: X-HTTP-Method-Override says it."""
    method = request.headers.get("X-HTTP-Method-Override", "").upper()
    if method not in OVERRIDDEN:
        raise BadInput(f"say X-HTTP-Method-Override: {' or '.join(OVERRIDDEN)}")
    return OVERRIDDEN[method](context, request)
