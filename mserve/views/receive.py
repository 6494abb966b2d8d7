"""Receiving: bytes come in outside of any transaction, then a fresh short one stores them.

An upload may last an hour. So the view's own transaction, in which the permission was checked, is
given up; the body is written to a Spool; a new transaction finds the context again, checks again
(the key may have been revoked meanwhile), acts and commits, and only that is tried again.
"""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from typing import Any

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from pyramid.httpexceptions import HTTPForbidden

from mserve.database import attempt
from mserve.errors import BadInput, ShortBody
from mserve.resources.asker import asked_by
from mserve.resources.site import Site
from mserve.resources.spool import Spool, directory
from mserve.security import forget_identity
from mserve.views import preconditions
from mserve.views.announced import Announced
from mserve.views.asker import asker_of
from mserve.views.incoming import Body
from mserve.views.noting import note
from mserve.views.traversal import Traverser

BLOCK = 1 << 20  # bytes
PARTS = 1000

Part = tuple[str, str, Spool]
"""A file of a form: its name (it may be a path), media type, bytes."""

Act = Callable[[Any], Any]


@contextmanager
def outside_transaction(request: Any) -> Iterator[None]:
    """Gives the view's transaction up, and leaves an empty one to who began it.

    The connection to the tree goes back as well: there may be many more slow uploads than the
    storage has connections (PostgreSQL has 100).
    """
    request.spool_folder = directory(request.site)
    request.tm.abort()
    request.leave_tree()
    try:
        yield
    finally:
        request.tm.begin()


def commit(
    request: Any, permission: str, act: Act, *, large: bool = False, apart: bool = False
) -> Any:
    """What `act(context)` returns, in a fresh transaction, after the checks were made again.

    It is shared with the uploads that wait at the same time, unless this one is `large`, or is to
    be undone `apart` from others. So what is returned should be plain values, no objects of the
    tree.
    """

    def checked() -> Any:
        forget_identity(request)
        request.response.status_int, request.response.location = 200, None  # of a former attempt
        context = context_again(request)
        need(request, permission, context)
        preconditions.check(request, context)
        note(request, context)
        with asked_by(asker_of(request)):
            return act(context)

    def alone() -> Any:
        return attempt(request.tm, checked)

    def grouped(site: Site) -> Any:
        with lent(request, site):
            return checked()

    return alone() if large else request.registry.group.run(grouped, alone, apart=apart)


def context_again(request: Any) -> Any:
    """The context, as it is by now: one from before the tree was left is not to be used."""
    request.__dict__.update(Traverser(request.site)(request))
    return request.context


@contextmanager
def lent(request: Any, site: Site) -> Iterator[None]:
    """The request acts in another's transaction, and keeps nothing of it but its response."""
    response = request.response
    own = dict(request.__dict__)
    request.lent_site = site
    try:
        yield
    finally:
        request.__dict__.clear()
        request.__dict__.update(own)
        request.response = response
        forget_identity(request)


def need(request: Any, permission: str, context: Any) -> None:
    """Raises HTTPForbidden where the key may not."""
    allowed = request.has_permission(permission, context)
    if not allowed:
        raise HTTPForbidden(result=allowed)


def receive_body(request: Any, algorithms: Set[str] = frozenset()) -> Spool:
    """The raw body, with digests of `algorithms` beside those that were announced.

    Raises what Body raises, BadContent, StorageFull; then nothing is kept.
    """
    announced = Announced.of(request.headers.get)
    body = Body(request)
    wanted = announced.algorithms | algorithms
    spool = Spool.receive(request.spool_folder, body, body.length, wanted)
    try:
        announced.check(spool.digests)
    except BaseException:
        spool.discard()
        raise
    return spool


def receive_parts(request: Any) -> list[Part]:
    """The files of a multipart/form-data body (RFC 7578).

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
        for segment, spool in _parts(request, body, options["boundary"]):
            found.append((segment.filename, segment.content_type or "", spool))
        if not found:
            raise BadInput("the form holds no file: a part with a filename is one")
        announced.check(body.digests())
    except BaseException:
        discard(found)
        raise
    return found


def _parts(request: Any, body: Body, boundary: str) -> Iterator[tuple[Any, Spool]]:
    """Each part that has a filename, as soon as it is complete and is what it announced."""
    segment: Any = None
    spool: Spool | None = None
    announced = Announced()
    try:
        for event in _events(body, boundary):
            if isinstance(event, MultipartSegment):
                segment, announced = event, Announced.of(event.header)
                spool = (
                    Spool(request.spool_folder, announced.algorithms) if event.filename else None
                )
            elif event is None and spool is not None:
                spool.close()
                announced.check(spool.digests)
                done, spool = spool, None
                yield segment, done
            elif event and spool is not None:
                spool.write(event)
    finally:
        if spool is not None:
            spool.discard()


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
