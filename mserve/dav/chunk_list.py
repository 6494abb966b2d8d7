"""The multistatus of an upload in chunks: what has come of it, for who goes on with it."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from mserve.dav.live import Property, constant
from mserve.dav.multistatus import BEGIN, END, element
from mserve.dav.plan import Dead, Field, Plan, fields_of
from mserve.dav.uploads import UploadFolder
from mserve.dav.wanted import Wanted
from mserve.dav.xml import DAV, Name, escape
from mserve.resources.chunk import Chunk
from mserve.resources.clock import SECOND
from mserve.views.content.conditional import http_date
from mserve.views.urls import segment

Live = Mapping[Name, Property]
FOLDER: Live = {Name(DAV, "resourcetype"): constant("<D:collection/>")}
CHUNK: Live = {
    Name(DAV, "resourcetype"): constant(""),
    Name(DAV, "displayname"): lambda chunk: chunk.name,
    Name(DAV, "getcontentlength"): lambda chunk: str(chunk.size),
    Name(DAV, "getlastmodified"): lambda chunk: http_date(chunk.changed // SECOND),
}
NOTHING: Dead = {}


def parts(request: Any, upload: UploadFolder, chunks: list[Chunk], wanted: Wanted) -> Iterator[str]:
    """Of the upload and `chunks`, with the properties that are wanted."""
    mount = urlsplit(request.application_url).path
    top = escape(f"{mount}/{segment(upload.__name__)}/")
    plan = Plan(wanted, {True: _fields(wanted, CHUNK), False: _fields(wanted, FOLDER)})
    yield BEGIN
    yield element(top, plan.stats(upload, False, NOTHING))
    for each in chunks:
        yield element(f"{top}{each.name}", plan.stats(each, True, NOTHING))
    yield END


def _fields(wanted: Wanted, live: Live) -> tuple[Field, ...]:
    return tuple(fields_of(wanted, live, live))
