"""A server in a thread, with an application made for tests of it."""

import socket
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Any

from mserve.server.options import Options
from mserve.server.server import Server

Environ = dict[str, Any]


class Running:
    """`seen` holds what the application was asked; at `/slow` it waits until it is let go."""

    def __init__(
        self,
        app: Callable[..., Any] | None = None,
        listener: socket.socket | None = None,
        **options: Any,
    ) -> None:
        self.at_work, self.go_on = Event(), Event()
        self.seen: list[Environ] = []
        self.socket = listener or socket.create_server(("127.0.0.1", 0))
        self.address: Any = self.socket.getsockname()
        self.server = Server(app or self.application, Options(**options), [self.socket])
        self.thread = Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def application(self, environ: Environ, start: Any) -> list[bytes]:
        self.seen.append(environ)
        path = environ["PATH_INFO"]
        if path == "/slow":
            self.at_work.set()
            self.go_on.wait(10)
        if path == "/refused":
            start("403 Forbidden", [])
            return [b"no"]
        if path == "/fault":
            raise RuntimeError("a fault of the application")
        body = environ["wsgi.input"].read()
        start("200 OK", [("Content-Type", "text/plain")])
        return [body or b"x" * 5_000_000]

    def connect(self) -> HTTPConnection:
        return HTTPConnection(*self.address, timeout=10)

    def open(self) -> socket.socket:
        connected = socket.socket(self.socket.family)
        connected.settimeout(10)
        connected.connect(self.address)
        return connected

    def say(self, *blocks: bytes) -> bytes:
        """All that comes back on a connection of its own, until it is closed."""
        with self.open() as connected:
            for block in blocks:
                connected.sendall(block)
            return read_all(connected)

    def stop(self) -> None:
        self.go_on.set()
        self.server.stop()
        self.thread.join(15)
        assert not self.thread.is_alive()


def read_all(connected: socket.socket) -> bytes:
    return b"".join(iter(lambda: connected.recv(1 << 16), b""))


def read_answer(connected: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of one answer that has a Content-Length."""
    held = b""
    while b"\r\n\r\n" not in held:
        block = connected.recv(1 << 16)
        assert block, held
        held += block
    head, _, body = held.partition(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < size:
        body += connected.recv(1 << 16)
    return head, body


def asked(path: str = "/", *, method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def serving(**options: Any) -> Iterator[Running]:
    running = Running(**options)
    try:
        yield running
    finally:
        running.stop()
