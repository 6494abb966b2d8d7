"""A folder as a zip that is made while it is sent: no temporary file, and no more in memory than
a block of bytes, a page of entries, and the line that each entry has in the zip's own directory.
"""

import re
import struct
import time
from collections.abc import Iterator
from typing import Any

from pyramid.response import Response
from pyramid_zodbconn import get_connection
from zipstream import (  # type: ignore[import-untyped]  # it ships no types
    ZIP_DEFLATED,
    ZIP_STORED,
    ZipStream,
    ZipStreamInfo,
)

from mserve.errors import Missing
from mserve.purse import purse_of
from mserve.resources.clock import SECOND
from mserve.views import bytes as delivery
from mserve.views.budgets import paid_ahead
from mserve.views.content import charged, throttle
from mserve.views.content.disposition import HARMLESS, disposition
from mserve.views.content.metered import Metered
from mserve.views.content.walk import Entry, Walk

BLOCK = 1 << 16  # bytes; larger ones fragment the memory of the thread
LEVEL = 3  # of 9: most of what can be won, in a third of the time
PATH_LIMIT = 0xFFFF  # bytes; APPNOTE 4.4.10
TIMESTAMP = 0x5455  # the extra field that tells the time in UTC; extrafld.txt of Info-ZIP
PACKABLE = re.compile(
    r"text/.*|.*[+/](json|xml|yaml|javascript|x-javascript|postscript|rtf|sql|x-tar|wasm|geo\+json)"
    r"|image/(bmp|x-ms-bmp|tiff|vnd\.adobe\.photoshop|x-portable.*)|audio/(x-)?wav"
    r"|application/(msword|vnd\.ms-(excel|powerpoint)|x-(ndjson|sh|sqlite3|tex)|n-triples)"
    r"|font/[ot]tf"
)
"""What is deflated. All else is stored: most of it is compressed already."""
UNSAFE = re.compile(r"[\\\x00-\x1f\x7f]")


class Archive(ZipStream):  # type: ignore[misc]  # it ships no types
    """zipstream-ng's zip, with each entry's own time, and no memory of what is still to come."""

    def entry(self, entry: Entry) -> Iterator[bytes]:
        """The entry's bytes in the zip."""
        info = ZipStreamInfo(arcname(entry), tuple(time.gmtime(entry.modified // SECOND))[:6])
        info.extra = struct.pack("<HHBl", TIMESTAMP, 5, 1, entry.modified // SECOND)
        info.external_attr = (0o100644 if entry.is_file else 0o40755) << 16
        info.file_size, info.header_offset = entry.size, self._pos
        stored = not entry.is_file or not PACKABLE.fullmatch(entry.mimetype)
        info.compress_type = ZIP_STORED if stored else ZIP_DEFLATED
        info._compresslevel = None if stored else LEVEL
        for block in info._file_data(blocks(entry) if entry.is_file else None):
            yield self._track(block)
        self._filelist.append(info)


def arcname(entry: Entry) -> str:
    """The path in the zip; what some unpackers take for a separator or choke on is escaped."""
    names = (UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", name) for name in entry.names)
    return "/".join(names) + ("" if entry.is_file else "/")


def blocks(entry: Entry) -> Iterator[bytes]:
    """The file's bytes; raises OSError where they are not as many as they should be."""
    if entry.text:
        yield entry.text
        return
    left = entry.size
    with open(entry.path or "", "rb", buffering=0) as file:
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
    if left:
        raise OSError(f"{left} bytes are missing from a blob")


def zipped(walk: Walk, speed: int | None) -> Iterator[bytes]:
    """The zip of all that `walk` finds, at so many bytes per second."""
    made = _zipped(walk)
    return made if speed is None else throttle.Pace(speed).blocks(made)


def _zipped(walk: Walk) -> Iterator[bytes]:
    archive = Archive()
    for entry in walk.entries():
        if len(arcname(entry).encode()) <= PATH_LIMIT:
            yield from archive.entry(entry)
    yield from archive.footer()


def serve_zip(request: Any, node: Any) -> Response:
    """All below `node` that the key may read, as a zip."""
    response = _answer(f"{node.__name__ or 'content'}.zip")
    if request.method == "HEAD":
        return response
    charged.need_read(request)
    if (purse := purse_of(request)) is not None:
        purse.take_out(1)
    seat = throttle.seat(request.registry, request.settings.streams)
    if seat is None:
        return delivery.busy(request)
    names = _wanted(request, node)
    walk = Walk(get_connection(request).db(), node, request.identity, names)
    made = paid_ahead(purse, zipped(walk, delivery.speed_of(request)))
    read = Metered(request, "application/zip")
    response.app_iter = throttle.Stream(read.blocks(made), seat)
    return response


def _answer(name: str) -> Response:
    """Its head, to be saved under that name."""
    response = Response(headerlist=[("Content-Type", "application/zip")])
    response.headers.update(HARMLESS)
    response.headers["Content-Disposition"] = disposition(name, "application/zip")
    response.headers["Accept-Ranges"] = "none"  # no two are alike to the byte
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _wanted(request: Any, node: Any) -> list[str]:
    """The names that are to be packed, none: all. Raises Missing."""
    names: list[str] = request.GET.getall("name")
    for name in names:
        if name not in node:
            raise Missing(f"there is no {name!r} in {node.__name__!r} to be packed")
    return names
