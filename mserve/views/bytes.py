"""Bytes on their way out: conditional, in ranges, never buffered, and harmless to a browser.

The answer is decided while the tree is at hand; the bytes stream after its connection was closed.
A Pyramid request makes a Response of it (views/request.py), the express lane less (views/express/).
"""

import time
from secrets import token_hex
from typing import Any

from pyramid.response import Response

from mserve.errors import Away
from mserve.resources.clock import SECOND
from mserve.resources.content import Content
from mserve.security import KEY_IN_PATH, service_of
from mserve.views.content import charged, conditional, digests, throttle
from mserve.views.content.conditional import http_date
from mserve.views.content.disposition import HARMLESS, disposition, media_type
from mserve.views.content.metered import Metered
from mserve.views.content.ranges import Span, asked
from mserve.views.content.sendfile import hand_over
from mserve.views.content.window import Piece, length
from mserve.views.problems import RETRY_AFTER, problem

EMBEDDED = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""Who writes an address with a key into a page of another site means it to be seen there."""
DIGESTS = ("Repr-Digest", "Content-Digest")


class Draft:
    """An answer as it comes into being: a status and fields in the order in which they are set."""

    __slots__ = ("headers", "status")

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.status, self.headers = status, headers


def serve(request: Any, content: Content, mimetype: str, name: str, modified: int) -> Any:
    """The bytes of `content` as `name`, last changed at `modified` (µs); RFC 9110, 13 and 14.

    Raises Away where they are in the archive.
    """
    etag, changed = content.sha256, modified // SECOND
    status = conditional.verdict(request.method, request.headers, etag, changed)
    if status is not None:
        return _ended(request, status, etag)
    if not content.here:
        raise Away
    spans = _spans(request, content.size, etag, changed)
    if spans == []:
        return _unsatisfiable(request, content.size, etag)
    kind = media_type(mimetype)
    headers = {
        "Content-Type": kind,
        **HARMLESS,
        **(EMBEDDED if KEY_IN_PATH in request.environ else {}),
        "Content-Disposition": disposition(name, kind),
        "ETag": f'"{etag}"',
        "Last-Modified": http_date(changed),
        "Accept-Ranges": "bytes",
        "X-Accel-Buffering": "no",  # nginx: pass on, keep no copy
        **_digests(request, content),
    }
    return _with_body(request, Draft(200, headers), content, mimetype, spans)


def _ended(request: Any, status: int, etag: str) -> Any:
    """304 (15.4.5), or 412 (15.5.13)."""
    if status == 304:
        kept = {name: HARMLESS[name] for name in ("Cache-Control", "Vary")}
        return request.answer(304, {**kept, "ETag": f'"{etag}"'})
    detail = "the content is not (or no longer) the one that the request's conditions name"
    answer = problem(request, status, "precondition-failed", detail)
    answer.headers["ETag"] = f'"{etag}"'
    return answer


def _spans(request: Any, size: int, etag: str, changed: int) -> list[Span] | None:
    """Range is defined for GET alone (14.2), and holds if If-Range does."""
    if request.method != "GET":
        return None
    same = conditional.in_range(request.headers.get("If-Range"), etag, changed, time.time())
    return asked(request.headers.get("Range"), size) if same else None


def _unsatisfiable(request: Any, size: int, etag: str) -> Response:
    """416 (15.5.17)."""
    detail = f"the content has {size} bytes, and none of them are in the range"
    answer = problem(request, 416, "range-not-satisfiable", detail)
    answer.headers.update({"Content-Range": f"bytes */{size}", "ETag": f'"{etag}"'})
    return answer


def _digests(request: Any, content: Content) -> dict[str, str]:
    """Repr-Digest and Content-Digest (RFC 9530), where the request wants them.

    Content-Digest is of what this answer holds: that is known only where it can't be a part.
    """
    if not any(f"Want-{name}" in request.headers for name in DIGESTS):
        return {}
    known = {"sha-256": content.sha256, "md5": content.md5}
    names = DIGESTS[:1] if "Range" in request.headers else DIGESTS
    answers = {name: digests.answer(request.headers.get(f"Want-{name}"), known) for name in names}
    return {name: text for name, text in answers.items() if text}


def _with_body(
    request: Any, draft: Draft, content: Content, mimetype: str, spans: list[Span] | None
) -> Any:
    headers = draft.headers
    if request.method == "HEAD":
        headers["Content-Length"] = str(content.size)
        return request.answer(200, headers)
    charged.need_read(request)
    speed, read = speed_of(request), Metered(request, mimetype)
    can = content.size and read.can_be_handed_over
    if can and hand_over(request, draft, content, speed):
        charged.pay(request, content.size)  # how much of it the front sends is not heard of in time
        size = content.size if spans is None else sum(map(length, spans))
        headers.update(read.handed_over(size))
        headers["Content-Length"] = "0"  # the front puts its own; else no keep-alive
        return request.answer(200, headers)
    pieces = throttle.whole(content.size) if spans is None else _partial(draft, content, spans)
    headers["Content-Length"] = str(sum(map(length, pieces)))
    if not pieces:
        read.empty()
        return request.answer(draft.status, headers)
    body = charged.body(request, content.path, pieces, speed, read)
    return busy(request) if body is None else request.answer(draft.status, headers, body)


def _partial(draft: Draft, content: Content, spans: list[Span]) -> list[Piece]:
    """206 (15.3.7): one part as it is, several as multipart/byteranges (14.6)."""
    draft.status = 206
    if len(spans) == 1:
        draft.headers["Content-Range"] = spans[0].told(content.size)
        return [*spans]
    kind, boundary = draft.headers["Content-Type"], token_hex(16)
    draft.headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
    pieces: list[Piece] = []
    for span in spans:
        head = f"Content-Type: {kind}\r\nContent-Range: {span.told(content.size)}\r\n\r\n"
        pieces += [f"\r\n--{boundary}\r\n{head}".encode(), span]
    return [*pieces, f"\r\n--{boundary}--\r\n".encode()]


def speed_of(request: Any) -> int | None:
    """Bytes per second: the lowest of the service's and all of the key's chain; None: no limit."""
    service, grant = service_of(request.context), getattr(request, "grant", None)
    limits = [service and service.property("accessspeed"), grant and grant.speed()]
    return min(filter(None, limits), default=None)


def busy(request: Any) -> Response:
    detail = "as many slow downloads are under way as can be at once; please try again in a while"
    answer = problem(request, 503, "busy", detail)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer
