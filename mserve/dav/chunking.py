"""Views of uploads in chunks (dav/uploads.py): begun, filled, listed and given up."""

from typing import Any

from pyramid.httpexceptions import HTTPMethodNotAllowed
from pyramid.response import Response

from mserve.dav import answer, storing, xml
from mserve.dav.chunk_list import parts
from mserve.dav.config import dav
from mserve.dav.fields import total_length
from mserve.dav.find import depth_of
from mserve.dav.receiving import receive_chunk
from mserve.dav.uploads import ChunkPlace, UploadFolder, owner_of, place_of
from mserve.dav.wanted import Wanted
from mserve.errors import NameTaken, TooLarge
from mserve.resources.chunk import Chunk, placed
from mserve.resources.chunks import Chunks
from mserve.resources.mfile import Mfile
from mserve.resources.roles import Permission
from mserve.resources.spool import directory
from mserve.views import receive
from mserve.views.absent import Absent
from mserve.views.api import files
from mserve.views.if_header import need_unlocked


@dav(context=UploadFolder, method="MKCOL", permission=Permission.ADD)
def begin(context: UploadFolder, request: Any) -> Response:
    """Begins an upload, if the file might come to Destination, where that is said."""
    if "Destination" in request.headers:
        check_target(request, place_of(request, request.root))
    total_length(request)
    try:
        chunks_of(request, context).make(request.settings.dav.dav_uploads)
    except NameTaken:
        raise HTTPMethodNotAllowed("this upload has begun; DELETE gives it up") from None
    return Response(status=201)


def check_target(request: Any, place: Any) -> None:
    """Raises what would be in the way of a PUT there."""
    if isinstance(place, Absent):
        if request.grant.own_only:
            files.check_place(request, place)
        else:
            storing.check_place(place)
        receive.need(request, Permission.ADD, place)
    elif isinstance(place, Mfile):
        receive.need(request, Permission.WRITE, place)
    else:
        raise NameTaken(str(place.__name__))
    need_unlocked(place)


def chunks_of(request: Any, upload: UploadFolder) -> Chunks:
    return Chunks(directory(request.site), owner_of(request.identity), upload.__name__)


@dav(context=ChunkPlace, method="PUT", permission=Permission.ADD)
def put(context: ChunkPlace, request: Any) -> Response:
    """A chunk; one of that name counts no more."""
    placed(context.__name__)
    total_length(request)
    chunks = chunks_of(request, context.__parent__)
    before = chunks.listed()
    there = any(each.name == context.__name__ for each in before)
    room = _room(request, context.__name__, before)
    with receive.outside_transaction(request):
        receive_chunk(request, chunks, context.__name__, room)
    return Response(status=204 if there else 201)


def _room(request: Any, name: str, before: list[Chunk]) -> int:
    """How many bytes the chunk may have. Raises TooLarge."""
    most: int = request.settings.upload_limit
    room = most - sum(each.size for each in before if each.name != name)
    if (request.content_length or 0) > room:
        raise TooLarge(f"one upload may have at most {most} bytes, in all its chunks")
    return room


@dav(context=UploadFolder, method="PROPFIND", permission=Permission.ADD)
def find(context: UploadFolder, request: Any) -> Response:
    """207 with the upload and the chunks that have come. Raises BadInput, Missing."""
    chunks = chunks_of(request, context).listed()
    wanted, deep = Wanted.of_propfind(xml.read(request)), depth_of(request) != "0"
    return answer.multistatus(request, parts(request, context, chunks if deep else [], wanted))


@dav(context=UploadFolder, method="DELETE", permission=Permission.ADD)
def end(context: UploadFolder, request: Any) -> Response:
    """Gives the upload up, with all its chunks."""
    chunks_of(request, context).discard()
    return Response(status=204)
