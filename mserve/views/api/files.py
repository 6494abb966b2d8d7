"""REST of content: PUT and multipart POST in, GET out."""

from typing import Any

from pyramid.response import Response

from mserve import ingest
from mserve.errors import BadInput, Conflict, Missing, NameTaken
from mserve.resources.facet import Facet
from mserve.resources.file_facets import ContentFacet, Poster, Thumbnail
from mserve.resources.folder import Folder
from mserve.resources.mfile import Mfile
from mserve.resources.names import check_path
from mserve.resources.node import Branch
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.resources.spool import Spool
from mserve.views import form_parts, json, receipts, receive
from mserve.views.absent import Absent
from mserve.views.body import Fields, document
from mserve.views.bytes import serve
from mserve.views.config import created, rest
from mserve.views.content.away import deliver
from mserve.views.content.zip import serve_zip
from mserve.views.if_header import need_unlocked
from mserve.views.room import need_room
from mserve.views.urls import facet_url, url

BRANCHES = (Service, Folder)
SENT = ("200", "206")
BYTES = {200: "Bytes", 202: "Retrieving"}


@rest(context=Absent, method="PUT", permission=Permission.ADD,
      takes="Bytes", gives={201: "Stored"})  # fmt: skip
def create(context: Absent, request: Any) -> Any:
    """Creates the Mfile, and the folders on its way that are missing."""
    check_place(request, context)
    return _put(request, Permission.ADD)


@rest(context=(Mfile, ContentFacet), method="PUT", permission=Permission.WRITE,
      takes="Bytes", gives="Stored")  # fmt: skip
def replace(context: Any, request: Any) -> Any:
    """Replaces the Mfile's content."""
    return _put(request, Permission.WRITE)


@rest(context=(Service, Folder), method="PUT", permission=Permission.ADD,
      takes="Bytes", gives={})  # fmt: skip
def put_on_folder(context: Branch, request: Any) -> Any:
    """A folder has no content to put."""
    raise NameTaken(context.__name__ or "")


def _put(request: Any, permission: str) -> Any:
    need_unlocked(request.context)
    need_room(request.context, request.content_length)
    announced = request.headers.get("Content-Type", "")
    with receive.outside_transaction(request):
        spool = receive.receive_body(request)
        try:
            return receive.commit(
                request, permission, lambda context: _store(request, context, spool, announced)
            )
        finally:
            spool.clear()


def _store(request: Any, context: Any, spool: Spool, announced: str) -> dict[str, Any]:
    """Stores what came where the path leads by now."""
    if isinstance(context, Absent):
        stored = store_new(request, context, spool, announced)
    else:
        mfile = context.node if isinstance(context, ContentFacet) else context
        receive.need(request, Permission.WRITE, mfile)  # another may have made it meanwhile
        if not isinstance(mfile, Mfile):
            raise NameTaken(mfile.__name__)
        stored = ingest.replace(mfile, spool, announced)
    answer = stored_json(request, stored)
    return created(request, answer, url(request, stored.mfile)) if stored.created else answer


def store_new(request: Any, absent: Absent, spool: Spool, announced: str) -> ingest.Stored:
    """The Mfile, and the folders on its way that are missing."""
    folder, names = check_place(request, absent)
    return store_at(request, folder, names, spool, announced)


def check_place(request: Any, absent: Absent) -> tuple[Branch, tuple[str, ...]]:
    """Where the Mfile shall be: below which node, by which names. Raises BadName, Missing."""
    node, names = absent.place()
    if not isinstance(node, Branch) and request.grant.own_only:
        node, names = node.__parent__, (node.__name__, *names)
    if not isinstance(node, Branch):
        raise NameTaken(node.__name__)
    if node.type not in ("service", "folder"):
        raise BadInput(f"files go into a service or a folder in one, not into a {node.type}")
    for name in names:
        node.check_name(name)
    return node, names


def stored_json(request: Any, stored: ingest.Stored) -> dict[str, Any]:
    """The Mfile, and the job that its upload started."""
    job = stored.job
    where = None if job is None else facet_url(request, stored.mfile, "jobs", job.id)
    deposited = stored.created and stored.mfile.deposit is not None
    receipt = {"receipt": receipts.of(request, stored.mfile)} if deposited else {}
    return {**json.node(request, stored.mfile), "job": where, **receipt}


@rest(context=(Service, Folder), method="POST", permission=Permission.ADD,
      takes=("NewFolder", "Files"), gives={201: ("Folder", "AllStored")})  # fmt: skip
def add(context: Branch, request: Any) -> Any:
    """Uploads of a form (multipart/form-data), or a new folder: `{"type": "folder", "name"}`."""
    if request.content_type.lower() == "application/json":
        return _add_folder(context, request)
    need_unlocked(context)
    with receive.outside_transaction(request):
        parts = form_parts.receive(request)
        try:
            return receive.commit(
                request, Permission.ADD, lambda context: _store_all(request, context, parts)
            )
        finally:
            form_parts.discard(parts)


def _store_all(request: Any, folder: Any, parts: list[form_parts.Part]) -> dict[str, Any]:
    """All files of a form, or none; a name that is a path makes the folders that are missing."""
    if not isinstance(folder, Branch):
        raise Conflict("the folder was removed while the files came in; nothing was stored")
    stored = [
        store_at(request, folder, check_path(name), spool, kind) for name, kind, spool in parts
    ]
    items = [stored_json(request, each) for each in stored]
    return created(request, {"items": items}, url(request, folder))


def store_at(
    request: Any, folder: Any, names: tuple[str, ...], spool: Spool, kind: str = ""
) -> ingest.Stored:
    """A new file at the path `names` below `folder`, by the client's key.

    Raises BadInput, and NameTaken where it is no depositor's.
    """
    if request.grant.own_only:
        return ingest.deposit(folder, names, spool, kind, request.grant.depositor)
    return ingest.create(ingest.make_folders(folder, names[:-1]), names[-1], spool, kind)


def _add_folder(context: Branch, request: Any) -> Any:
    receipts.need_others(request)
    fields = Fields(document(request))
    fields.need("type", _is_folder)
    name = fields.need("name", context.check_name)
    fields.end()
    folder = ingest.make_folder(context, name)
    return created(request, json.node(request, folder), url(request, folder))


def _is_folder(value: Any) -> str:
    if value != "folder":
        raise BadInput('should be "folder"; files come as multipart/form-data or by PUT')
    return "folder"


@rest(context=Mfile, method="GET", permission=Permission.READ, gives=BYTES)
def content(context: Mfile, request: Any) -> Response:
    """The bytes; 202 where they are in the archive, from which they are brought back then."""
    name = context.__name__ or "content"
    kind, changed = context.mimetype, context.modified
    answer = deliver(request, context, context.content, kind, name, changed)
    if request.method == "GET" and str(answer.status)[:3] in SENT:
        request.registry.accesses.note(context)
    return answer


@rest(context=BRANCHES, method="GET", permission=Permission.READ,
      gives="Zip", header="Accept:application/zip")  # fmt: skip
@rest(context=BRANCHES, method="GET", permission=Permission.READ,
      gives="Zip", query=("format", "name"), request_param="format=zip")  # fmt: skip
@rest(context=BRANCHES, method="GET", permission=Permission.READ,
      gives="Zip", query=("format", "name"), request_param="format=zip", door="html")  # fmt: skip
def archive(context: Branch, request: Any) -> Response:
    """The folder as a zip: `?format=zip`, or for a client that wants application/zip first.

    With `&name=…` of some of its children, as many as are named.
    """
    return serve_zip(request, context)


@rest(context=Mfile, method="GET", permission=Permission.VIEW, gives="Mfile", door="json")
def facts(context: Mfile, request: Any) -> Any:
    """The Mfile's JSON, where the client asks for application/json."""
    return json.node(request, context)


@rest(context=ContentFacet, method="GET", permission=Permission.READ, gives=BYTES)
def content_facet(context: ContentFacet, request: Any) -> Response:
    """Always the bytes, whatever the client accepts."""
    return content(context.node, request)


@rest(context=(Thumbnail, Poster), method="GET", permission=Permission.RENDITIONS, gives="Bytes")
def rendition(context: Facet, request: Any) -> Response:
    """A smaller picture of the file, once a task has made it."""
    mfile, name = context.node, context.name
    found = mfile.rendition(name)
    if found is None:
        raise Missing(f"there is no {name} of this file (yet); its jobs tell more")
    label = f"{mfile.__name__}.{name}"
    return serve(request, found.content, found.mimetype, label, found.content.created)
