"""PATCH: a part of a file is replaced, or added at its end (https://sabre.io/dav/http-patch/).

Content never changes, so the file gets a next version, as by a PUT: what was there, with the bytes
that came in place of the range. What is the same is copied by the file system.
"""

import re
from typing import Any, BinaryIO

from pyramid.httpexceptions import (
    HTTPLengthRequired,
    HTTPRequestRangeNotSatisfiable,
    HTTPUnsupportedMediaType,
)
from pyramid.response import Response

from mserve import ingest
from mserve.dav.config import dav
from mserve.dav.fields import MTIME, mtime
from mserve.dav.receiving import wanted_digests
from mserve.errors import BadInput, Conflict, CutBody, TooLarge
from mserve.resources.copying import copy
from mserve.resources.mfile import Mfile
from mserve.resources.roles import Permission
from mserve.resources.spool import BLOCK, Spool
from mserve.views import receive
from mserve.views.announced import OF_CONTENT, OF_WHOLE, Announced
from mserve.views.if_header import need_unlocked
from mserve.views.incoming import Body

KIND = "application/x-sabredav-partialupdate"
RANGE = "X-Update-Range"
WORD = re.compile(r"append|bytes=(\d{1,18})-(\d{1,18})?|bytes=-(\d{1,18})", re.ASCII)


@dav(context=Mfile, method="PATCH", permission=Permission.WRITE)
def patch(context: Mfile, request: Any) -> Response:
    """204, with the ETag of what the file is now."""
    length = _length(request)
    size, etag, moment = context.content.size, context.etag, mtime(request)
    start = start_of(request.headers.get(RANGE, ""), size, length)
    if max(size, start + length) > request.settings.upload_limit:
        raise TooLarge(f"a file may have at most {request.settings.upload_limit} bytes")
    need_unlocked(context)
    with context.content.open() as former, receive.outside_transaction(request):
        spool = _patched(request, former, start, size)
        try:
            new = receive.commit(
                request, Permission.WRITE, lambda there: _store(there, spool, etag, length, moment)
            )
        finally:
            spool.clear()
    told = {} if moment is None else {MTIME: "accepted"}
    return Response(status=204, headers={"ETag": f'"{new}"', **told})


def _length(request: Any) -> int:
    if request.content_type != KIND:
        raise HTTPUnsupportedMediaType(f"a PATCH of a file has the Content-Type {KIND}")
    if request.content_length is None:
        raise HTTPLengthRequired("say how long the part is by Content-Length")
    return int(request.content_length)


def start_of(said: str, size: int, length: int) -> int:
    """Where `length` bytes go in a file of `size`.

    Raises BadInput, and HTTPRequestRangeNotSatisfiable, as that would leave a gap, or the range has
    another length.
    """
    found = WORD.fullmatch(said.strip())
    if found is None:
        raise BadInput(f"{RANGE} should be append, bytes=3-6, bytes=3- or bytes=-4")
    first, last, tail = (None if each is None else int(each) for each in found.groups())
    start = first if first is not None else size - (tail or 0)
    if not 0 <= start <= size:
        raise HTTPRequestRangeNotSatisfiable(f"the file has {size} bytes")
    if last is not None and last - start + 1 != length:
        raise HTTPRequestRangeNotSatisfiable(f"the part has {length} bytes, and the range has not")
    return start


def _patched(request: Any, former: BinaryIO, start: int, size: int) -> Spool:
    """What was there, with the body from `start` on. Raises what Body does, CutBody,
    DigestMismatch, StorageFull."""
    part, whole = (Announced.of(request.headers.get, each) for each in (OF_CONTENT, OF_WHOLE))
    body = Body(request, part.algorithms)
    spool = Spool(request.spool_folder, whole.algorithms | wanted_digests(request))
    try:
        copy(former, spool, 0, start)
        while block := body.read(BLOCK):
            spool.write(block)
        if body.size != body.length:
            raise CutBody
        part.check(body.digests())
        end = start + body.size
        copy(former, spool, end, max(0, size - end))
        spool.close()
        whole.check(spool.digests)
    except BaseException:
        spool.discard()
        raise
    return spool


def _store(there: Any, spool: Spool, etag: str, came: int, moment: int | None) -> str:
    """Raises Conflict where the file is not any more what the part was put into."""
    if not isinstance(there, Mfile) or there.etag != etag:
        raise Conflict("the file was changed while the part came; nothing was stored")
    stored = ingest.replace(there, spool, there.announced or "", came)
    if moment is not None:
        ingest.set_modified(stored.mfile, moment)
    return stored.mfile.etag
