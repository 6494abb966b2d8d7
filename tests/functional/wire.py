"""A wire between a client and a server, on which bytes are counted, held up, changed, or cut."""

import socket
import socketserver
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

BLOCK = 1 << 16  # bytes


class Wire(socketserver.ThreadingTCPServer):
    """Forwards to the server at `url`. `up` and `down` count bytes to it and from it.

    hold_up, hold_down: when so many have passed, no more do; None: all pass. spoil: when so many
    have passed to the server, the next one comes as another, once.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), Forwarder)
        parts = urlsplit(url)
        self.server = parts.hostname, parts.port
        self.url = parts._replace(netloc=f"127.0.0.1:{self.server_address[1]}").geturl()
        self.up = self.down = 0
        self.hold_up: int | None = None
        self.hold_down: int | None = None
        self.spoil: int | None = None
        self.changed = threading.Condition()
        self.open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.release()
        self.cut()
        self.shutdown()
        self.server_close()

    def release(self) -> None:
        """Lets all pass, and counts from zero."""
        with self.changed:
            self.up = self.down = 0
            self.hold_up = self.hold_down = None
            self.changed.notify_all()

    def cut(self) -> None:
        """Breaks all connections."""
        for each in [*self.open]:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def passed(self, up: bool, size: int) -> None:
        """Counts bytes, once they may pass."""
        with self.changed:
            self.changed.wait_for(lambda: not self.held(up))
            if up:
                self.up += size
            else:
                self.down += size
            self.changed.notify_all()

    def spoiled(self, block: bytes) -> bytes:
        if self.spoil is None or self.up < self.spoil:
            return block
        self.spoil = None
        return bytes([block[0] ^ 1]) + block[1:]

    def held(self, up: bool) -> bool:
        most, count = (self.hold_up, self.up) if up else (self.hold_down, self.down)
        return most is not None and count >= most

    def await_held(self, up: bool, limit: float = 120) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.held(up), limit)


class Forwarder(socketserver.BaseRequestHandler):
    """One connection."""

    server: Wire
    request: socket.socket

    def handle(self) -> None:
        try:
            other = socket.create_connection(self.server.server)
        except OSError:
            return
        ends = {self.request, other}
        self.server.open |= ends
        back = threading.Thread(target=self.pump, args=(other, self.request, False), daemon=True)
        back.start()
        self.pump(self.request, other, True)
        back.join()
        self.server.open -= ends
        other.close()

    def pump(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        try:
            while block := source.recv(BLOCK):
                self.server.passed(up, len(block))
                target.sendall(self.server.spoiled(block) if up else block)
        except OSError:
            pass
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
