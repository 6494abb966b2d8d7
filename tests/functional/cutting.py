"""A proxy that cuts connections in the middle of what clients send."""

import socket
import threading
from collections.abc import Iterable


class Cutting:
    """Passes bytes on to `port`; cuts the one at hand when `places` bytes have passed."""

    def __init__(self, port: int, places: Iterable[int]) -> None:
        self.port = port
        self.places = sorted(places)
        self.cuts = 0
        self.passed = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self) -> "Cutting":
        return self

    def __exit__(self, *args: object) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self._send, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _send(self, client: socket.socket, server: socket.socket) -> None:
        """What the client sends; a cut is heard at both ends at once."""
        try:
            while block := client.recv(1 << 16):
                self.passed += len(block)
                if self.cuts < len(self.places) and self.passed >= self.places[self.cuts]:
                    self.cuts += 1
                    server.sendall(block[: len(block) // 2])
                    break
                server.sendall(block)
        except OSError:
            pass
        for end in (client, server):
            _close(end)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while block := server.recv(1 << 16):
                client.sendall(block)
        except OSError:
            pass
        _close(client)


def _close(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()
