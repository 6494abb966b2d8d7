"""Receiving: bytes come in outside of any transaction, then a fresh short one stores them.

An upload may last an hour. So the view's own transaction, in which the permission was checked, is
given up; the body is written to a Spool; a new transaction finds the context again, checks again
(the key may have been revoked meanwhile), acts and commits, and only that is tried again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from pyramid.httpexceptions import HTTPForbidden, HTTPLengthRequired

from mserve.database import attempt
from mserve.errors import BadInput
from mserve.resources.spool import Spool, directory
from mserve.security import forget_identity
from mserve.views.traversal import Traverser

BLOCK = 1 << 20  # bytes
PARTS = 1000

Act = Callable[[Any], Any]


@contextmanager
def outside_transaction(request: Any) -> Iterator[None]:
    """Gives the view's transaction up, and leaves an empty one to who began it."""
    request.spool_folder = directory(request.site)
    request.tm.abort()
    try:
        yield
    finally:
        request.tm.begin()


def commit(request: Any, permission: str, act: Act) -> Any:
    """What `act(context)` returns, in a fresh transaction, after the checks were made again."""

    def checked() -> Any:
        forget_identity(request)
        request.__dict__.update(Traverser(request.site)(request))
        allowed = request.has_permission(permission, request.context)
        if not allowed:
            raise HTTPForbidden(result=allowed)
        return act(request.context)

    return attempt(request.tm, checked)


def receive_body(request: Any) -> Spool:
    """The raw body; raises HTTPLengthRequired, ShortBody, StorageFull."""
    length = request.content_length
    if length is None and "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        raise HTTPLengthRequired("say how long the body is: Content-Length, or chunked encoding")
    return Spool.receive(request.spool_folder, request.environ["wsgi.input"], length)


def receive_parts(request: Any) -> list[tuple[str, str, Spool]]:
    """The files of a multipart/form-data body (RFC 7578): name, media type, bytes.

    Raises BadInput where the form is broken or holds no file; then nothing is kept.
    """
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise BadInput("the body should be multipart/form-data with files, or a JSON object")
    found: list[tuple[str, str, Spool]] = []
    try:
        for segment, spool in _parts(request, options["boundary"]):
            found.append((segment.filename, segment.content_type or "", spool))
        if not found:
            raise BadInput("the form holds no file: a part with a filename is one")
    except BaseException:
        discard(found)
        raise
    return found


def _parts(request: Any, boundary: str) -> Iterator[tuple[Any, Spool]]:
    """Each part that has a filename, as soon as it is complete."""
    segment: Any = None
    spool: Spool | None = None
    try:
        for event in _events(request, boundary):
            if isinstance(event, MultipartSegment):
                segment = event
                spool = Spool(request.spool_folder) if event.filename else None
            elif event is None and spool is not None:
                spool.close()
                done, spool = spool, None
                yield segment, done
            elif event and spool is not None:
                spool.write(event)
    finally:
        if spool is not None:
            spool.discard()


def _events(request: Any, boundary: str) -> Iterator[Any]:
    """The parser's events: a segment's head, its bytes, and None at its end."""
    body, length = request.environ["wsgi.input"], request.content_length
    try:
        parser = PushMultipartParser(boundary, content_length=length or -1, max_segment_count=PARTS)
        with parser:
            while not parser.closed:
                yield from parser.parse(body.read(BLOCK))
    except MultipartError as fault:
        raise BadInput(f"the multipart body is broken or ended too soon: {fault}") from None


def discard(parts: list[tuple[str, str, Spool]]) -> None:
    for _, _, spool in parts:
        spool.discard()
