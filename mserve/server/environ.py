"""The WSGI environ of a request (PEP 3333), and whom to believe about who it comes from."""

import sys
from collections.abc import Callable
from typing import Any

from mserve.server.clients import client, trust
from mserve.server.head import Head
from mserve.server.options import Options
from mserve.server.sending import FileBody

Environ = dict[str, Any]
CLAIMS = (
    "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_BY", "HTTP_FORWARDED",
)  # fmt: skip
"""Headers that anybody can write; they reach the application from nobody."""


def maker(options: Options, name: str, port: str) -> Callable[[Head, str, str, Any], Environ]:
    """Makes environs for one listening socket: of a head, the client's address and port, a body."""
    common = _common(options, name, port)
    start = len(options.url_prefix)
    trusted = trust(options.trusted_proxy)

    def make(head: Head, address: str, port: str, body: Any) -> Environ:
        environ = common | head.headers
        environ["REQUEST_METHOD"] = head.method
        environ["PATH_INFO"] = head.path
        environ["QUERY_STRING"] = head.query
        environ["SERVER_PROTOCOL"] = f"HTTP/{head.version}"
        environ["REMOTE_ADDR"] = environ["REMOTE_HOST"] = address
        environ["REMOTE_PORT"] = port
        environ["wsgi.input"] = body
        if start and (head.path + "/").startswith(options.url_prefix + "/"):
            environ["PATH_INFO"] = head.path[start:]
        believe(environ, options, trusted)
        return environ

    return make


def _common(options: Options, name: str, port: str) -> Environ:
    """What is the same for all requests at a socket."""
    return {
        "SCRIPT_NAME": options.url_prefix,
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_SOFTWARE": "mserve",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": options.url_scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": FileBody,
    }


def believe(environ: Environ, options: Options, trusted: Callable[[str], bool]) -> None:
    """Takes what the front says of the client, and drops what anybody else claims."""
    peer = environ["REMOTE_ADDR"]
    claims = {name: value for name in CLAIMS if (value := environ.pop(name, None)) is not None}
    if not claims or not trusted(peer):
        return
    if "x-forwarded-for" in options.trusted_proxy_headers and CLAIMS[0] in claims:
        found = client(peer, claims[CLAIMS[0]], trusted)
        environ["REMOTE_ADDR"] = environ["REMOTE_HOST"] = found
    if "x-forwarded-proto" in options.trusted_proxy_headers:
        scheme = claims.get(CLAIMS[1], "").rpartition(",")[2].strip().lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
