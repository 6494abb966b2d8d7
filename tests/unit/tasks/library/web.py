"""A web server on the loopback interface, whose routes behave as well or badly as a test wants."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of the documentation of Standard Webhooks

Route = Callable[["Handler"], None]


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """`routes` are by path; what was asked is kept."""

    url: str
    port: int
    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)  # paths whose bodies are left on the line

    def __call__(self, path: str, route: Route) -> str:
        """Sets a route, and gives its URL."""
        self.routes[path] = route
        return self.url + path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web: Web
    body: bytes

    def do_GET(self) -> None:
        length = 0 if self.path in self.web.unread else self.headers.get("Content-Length", 0)
        self.body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.web.asked.append(Asked(self.command, self.path, headers, self.body))
        self.close_connection = True
        route = self.web.routes.get(self.path.partition("?")[0])
        if route is None:
            self.answer(404)
        else:
            route(self)

    do_POST = do_PUT = do_GET  # noqa: N815 - as http.server has it

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Header names are given with underscores."""
        self.head(status, **{"Content_Length": str(len(body)), **headers})
        self.wfile.write(body)

    def head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *words: Any) -> None:
        """A client that goes away is what many tests are about."""


class _Server6(_Server):
    address_family = socket.AF_INET6


@contextmanager
def serving(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    kind = _Server6 if ":" in host else _Server
    handler = type("Bound", (Handler,), {})
    with kind((host, 0), handler) as server:
        port = server.server_address[1]
        if tls is not None:
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        name = f"[{host}]" if ":" in host else host
        handler.web = web = Web(f"{'https' if tls else 'http'}://{name}:{port}", port)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
