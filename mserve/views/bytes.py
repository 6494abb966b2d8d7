"""Bytes on their way out: conditional, in ranges, never buffered, and harmless to a browser."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pyramid.response import FileIter, Response
from webob.static import FileIter as RangeIter

from mserve.resources.clock import SECOND
from mserve.resources.content import Content

BLOCK = 1 << 18  # bytes
INLINE = ("image/", "video/", "audio/", "text/plain")
RUN_BY_BROWSERS = frozenset({"image/svg+xml"})
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


def serve(request: Any, content: Content, mimetype: str, name: str, modified: int) -> Response:
    """The bytes of `content` as `name`, last changed at `modified` (µs); RFC 9110, 13 and 14."""
    response = Response(content_type=mimetype, conditional_response=True, charset=None)
    response.headers.update(HARMLESS)
    response.headers["Content-Disposition"] = disposition(name, mimetype)
    response.content_length = content.size
    response.accept_ranges = "bytes"
    response.etag = content.sha256
    response.last_modified = datetime.fromtimestamp(modified // SECOND, UTC)
    response.app_iter = _body(request, content)
    return response


def _body(request: Any, content: Content) -> Any:
    """The WSGI server's own file wrapper where the whole is asked for; it may use sendfile."""
    if request.range is not None or request.method == "HEAD":
        return RangeIter(content.open())
    wrap = request.environ.get("wsgi.file_wrapper", FileIter)
    return wrap(content.open(), BLOCK)


def disposition(name: str, mimetype: str) -> str:
    """Content-Disposition (RFC 6266): inline only what no browser would run."""
    inline = mimetype.startswith(INLINE) and mimetype not in RUN_BY_BROWSERS
    plain = "".join(c if " " <= c < "\x7f" and c not in '"\\%' else "_" for c in name)
    exact = quote(name, safe="!#$&+-.^_`|~")  # attr-char of RFC 8187
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{exact}"
