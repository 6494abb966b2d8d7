"""The bridge to WsgiDAV: a Pyramid request goes in as WSGI, its answer comes back as a Response.

It runs within the request's transaction. What it raises, or what a hook of ours has raised, goes
on to the views of errors as on REST, so that a conflict is tried again and nothing is half done.
"""

from io import BytesIO
from typing import Any

from pyramid.response import Response
from wsgidav.dav_error import DAVError
from wsgidav.request_server import RequestServer

from mserve.dav.paths import destination, joined
from mserve.dav.provider import CREATED, FAULT, REQUEST
from mserve.views.asker import actor_of
from mserve.views.body import raw
from mserve.views.problems import problem
from mserve.views.traversal import segments

LIMIT = 1 << 16  # bytes of XML
OURS = frozenset({
    "HTTP_IF", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_UNMODIFIED_SINCE",
})  # fmt: skip
"""Conditions that were judged before (views/preconditions.py)."""
PLAIN = frozenset({200, 201, 204})
SERVERS = frozenset({"Date"})
"""Fields that the web server sets."""


def run(request: Any) -> Response:
    """What WsgiDAV answers to the request. Raises what the domain does."""
    environ, started = _environ(request), Started()
    try:
        body = b"".join(RequestServer(request.registry.dav)(environ, started))
    except DAVError as fault:
        return _told(request, environ.get(FAULT, fault))
    if FAULT in environ:
        raise environ[FAULT]
    return _answer(environ, started, body)


class Started:
    """WSGI's start_response."""

    status = 500
    headers: dict[str, str]

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status = int(status[:3])
        self.headers = {name: value for name, value in headers if name not in SERVERS}


def _environ(request: Any) -> dict[str, Any]:
    environ = {name: value for name, value in request.environ.items() if name not in OURS}
    body = raw(request, LIMIT)
    provider = request.registry.dav
    environ |= {
        "PATH_INFO": joined(segments(request)),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgidav.app": provider,
        "wsgidav.provider": provider,
        "wsgidav.config": {},
        "wsgidav.verbose": 0,
        "wsgidav.auth.user_name": actor_of(request),
        REQUEST: request,
    }
    if request.method in ("COPY", "MOVE"):
        environ["HTTP_DESTINATION"] = joined(tuple(joined((n,))[1:] for n in destination(request)))
    return environ


def _answer(environ: dict[str, Any], started: Started, body: bytes) -> Response:
    """WsgiDAV's page that says that all is well is left out, and 201 is told where it forgets."""
    status = 201 if started.status == 204 and environ.get(CREATED) else started.status
    if status in PLAIN and started.headers.get("Content-Type", "").startswith("text/html"):
        return Response(status=status, headerlist=[("Content-Length", "0")])
    return Response(body, status=status, headerlist=[*started.headers.items()])


def _told(request: Any, fault: Any) -> Response:
    """An error of WsgiDAV, with RFC 4918's element where it has one."""
    if not isinstance(fault, DAVError):
        raise fault
    if fault.err_condition:
        kind, page = fault.get_response_page()
        return Response(page, status=fault.value, headerlist=[("Content-Type", kind)])
    detail = fault.context_info or "this is not possible here"
    return problem(request, fault.value, "dav", detail)
