"""Uploads in pieces by tus 1.0.0, at `<folder>/-/uploads`; views/tus.py has its headers.

The last piece makes the file, as a PUT would. If the process dies between that byte and the
commit, the next HEAD or PATCH does it. If the whole has not the digest that was announced, it can
never become right: nothing is stored, and the upload is ended.
"""

from typing import Any

from pyramid.httpexceptions import HTTPUnsupportedMediaType
from pyramid.response import Response

from mserve.errors import BadInput
from mserve.resources.ids import new_id
from mserve.resources.partial import Partial
from mserve.resources.roles import Permission
from mserve.resources.service_facets import Uploads
from mserve.resources.spool import directory
from mserve.resources.upload import Upload
from mserve.views import receive, tus, upload_json
from mserve.views.announced import Announced
from mserve.views.api import upload_steps
from mserve.views.config import methods_of, no_content, rest
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
    upload_steps.check_target(request, context.node, described, length)
    where = facet_url(request, context.node, "uploads", id)
    with receive.outside_transaction(request):
        partial = Partial(request.spool_folder, id)
        partial.make()
        receive.commit(
            request, Permission.ADD,
            lambda there: upload_steps.enter(request, there, id, length, described, announced),
        )  # fmt: skip
        headers = upload_steps.advance(request, partial, length, 0, announced)
    return Response(status=201, headers={"Location": where, **headers})


@rest(context=Upload, method="PATCH", permission=Permission.ADD, takes="Piece",
      gives={204: None}, headers=tus.OF_PIECES, errors=tus.STATUSES)  # fmt: skip
@tus.tus
def append(context: Upload, request: Any) -> Response:
    """The next piece, at Upload-Offset; the last one makes the file."""
    offset, said = _offset(request), tus.length(request)
    length = upload_steps.own(request, context).length
    if length is not None and said not in (None, length):
        raise BadInput(f"Upload-Length was {length} and cannot be changed")
    known = Announced.of_plain(context.announced)
    whole = known.joined(tus.of_whole(request, {}))
    with receive.outside_transaction(request):
        partial = Partial(request.spool_folder, context.id)
        if (length is None and said is not None) or whole != known:
            length = receive.commit(
                request, Permission.ADD, lambda there: upload_steps.say(request, there, said, whole)
            )
        headers = upload_steps.advance(request, partial, length, offset, whole)
    return Response(status=204, headers=headers)


def _offset(request: Any) -> int:
    if request.content_type != tus.CHUNK:
        raise HTTPUnsupportedMediaType(f"a piece of an upload has the Content-Type {tus.CHUNK}")
    offset = tus.number(request, "Upload-Offset")
    if offset is None:
        raise BadInput("say Upload-Offset: the number of bytes that are here already")
    return offset


@rest(context=Upload, method="GET", permission=Permission.ADD, gives="Upload")
@tus.tus
def show(context: Upload, request: Any) -> Any:
    """How far the upload is; HEAD is the one of tus."""
    partial = Partial(directory(request.site), upload_steps.own(request, context).id)
    changed, whole = partial.changed, Announced.of_plain(context.announced)
    if context.mfile is None and changed is not None and partial.size == context.length:
        upload_steps.finish_now(request, partial, whole.algorithms)
        context = upload_steps.own(request, receive.context_again(request))
    offset = (context.length or 0) if context.mfile is not None else partial.size
    headers = upload_json.headers(request, context, offset, changed)
    if context.described.metadata:
        headers["Upload-Metadata"] = context.described.metadata
    known = context.length is not None
    headers |= {"Upload-Length": str(context.length)} if known else {"Upload-Defer-Length": "1"}
    request.response.headers.update(headers)
    return upload_json.document(request, context, offset, headers)


@rest(context=Upload, method="DELETE", permission=Permission.ADD,
      gives={204: None}, headers=("Tus-Resumable",), errors=tus.STATUSES)  # fmt: skip
@tus.tus
def end(context: Upload, request: Any) -> Response:
    """Gives the upload up, with its bytes; a file that came of it stays."""
    id = upload_steps.own(request, context).id
    with receive.outside_transaction(request):
        receive.commit(request, Permission.ADD, lambda there: upload_steps.drop(request, there, id))
        Partial(request.spool_folder, id).discard()
    return no_content()


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
