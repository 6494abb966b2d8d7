"""The parts of a form: files that come together in a multipart/form-data body (RFC 7578)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from mserve.errors import BadInput, ShortBody
from mserve.resources.spool import Spool
from mserve.views.announced import Announced
from mserve.views.incoming import Body

BLOCK = 1 << 20  # bytes
PARTS = 1000

Part = tuple[str, str, Spool]
"""A file of a form: its name (it may be a path), media type, bytes."""


def receive(request: Any) -> list[Part]:
    """The files of the request's body.

    Raises as receive_body, and BadInput where the form is broken or holds no file; then nothing
    is kept.
    """
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise BadInput("the body should be multipart/form-data with files, or a JSON object")
    announced = Announced.of(request.headers.get)
    body = Body(request, announced.algorithms)
    found: list[Part] = []
    try:
        for part in _files(request, body, options["boundary"]):
            found.append(part)
        if not found:
            raise BadInput("the form holds no file: a part with a filename is one")
        announced.check(body.digests())
    except BaseException:
        discard(found)
        raise
    return found


class _File(NamedTuple):
    """A part that has a filename, on its way."""

    segment: Any
    announced: Announced
    spool: Spool

    def end(self) -> Part:
        """Raises BadContent where it is not what it announced."""
        self.spool.close()
        self.announced.check(self.spool.digests)
        return self.segment.filename, self.segment.content_type or "", self.spool


def _files(request: Any, body: Body, boundary: str) -> Iterator[Part]:
    """Each part that has a filename, as soon as it is complete."""
    file: _File | None = None
    try:
        for event in _events(body, boundary):
            if isinstance(event, MultipartSegment):
                file = _begin(request, event)
            elif event is None and file is not None:
                done, file = file.end(), None
                yield done
            elif event and file is not None:
                file.spool.write(event)
    finally:
        if file is not None:
            file.spool.discard()


def _begin(request: Any, segment: Any) -> _File | None:
    announced = Announced.of(segment.header)
    if not segment.filename:
        return None
    return _File(segment, announced, Spool(request.spool_folder, announced.algorithms))


def _events(body: Body, boundary: str) -> Iterator[Any]:
    """The parser's events: a segment's head, its bytes, and None at its end."""
    length = -1 if body.length is None else body.length
    try:
        parser = PushMultipartParser(boundary, content_length=length, max_segment_count=PARTS)
        with parser:
            while not parser.closed:
                yield from parser.parse(body.read(BLOCK))
        if body.length is not None and body.length != body.size:
            raise ShortBody(body.length, body.size)
    except MultipartError as fault:
        raise BadInput(f"the multipart body is broken or ended too soon: {fault}") from None


def discard(parts: list[Part]) -> None:
    for _, _, spool in parts:
        spool.clear()
