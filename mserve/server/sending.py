"""A file on its way out: by sendfile(2), as its client takes it and its pace allows, and no thread.

What can leave so is a window on a file (views/content/window.py): `size`; `pieces`, each bytes or a
span of the file with `start` and `stop`; `fileno()`; and a `pace`, or None, that says what is due.
It is told in `begun` when the first byte left, and in `sent` how many did, before it is closed.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

from mserve.server.wire import Gone, Wire

TURN = 8 << 20  # bytes, after which another connection has its turn
AT_ONCE = 0.0  # the client takes no more at present; go on when it does


class FileBody:
    """`wsgi.file_wrapper` (PEP 3333). Other files than windows are read in blocks."""

    paces = True
    """Windows with a pace hold no thread."""

    def __init__(self, file: Any, block: int = 1 << 16) -> None:
        self.file, self._block = file, block
        if hasattr(file, "close"):
            self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(self._block), b"")


class Sending:
    """What of `body`, a window, is still to be sent; `close` it in the end."""

    def __init__(self, wire: Wire, body: Any) -> None:
        self._wire, self._body = wire, body
        self._pieces = list(reversed(body.pieces))
        self._place = 0  # within the present piece
        self._sent = 0
        self._file: int = body.fileno()
        self.moved = time.monotonic()

    def go(self) -> float | None:
        """Sends what can be sent now. None: all is sent; else when to go on, by time.monotonic():
        AT_ONCE, if it is the client who is waited for. Raises Gone, OSError."""
        turn = TURN
        while self._pieces:
            most = turn if self._body.pace is None else min(turn, self._due())
            if most <= 0:
                return time.monotonic() + self._body.pace.rest if turn > 0 else AT_ONCE
            count = self._send(self._pieces[-1], most)
            if count == 0:
                return AT_ONCE
            self.moved = time.monotonic()
            if not self._sent:
                self._body.begun = self.moved
            self._sent += count
            turn -= count
        return None

    def _due(self) -> int:
        """Bytes that are due, if they are worth a turn: else each byte would have its own."""
        due: int = self._body.pace.due(self._sent)
        return due if due >= min(self._body.pace.gulp, self._body.size - self._sent) else 0

    def _send(self, piece: Any, most: int) -> int:
        """Sends up to `most` bytes of the piece; 0 where the client takes none now."""
        if isinstance(piece, bytes):
            left = len(piece) - self._place
            count = self._wire.put(piece[self._place :][:most])
        else:
            left = piece.stop - piece.start - self._place
            count = self._send_span(piece.start + self._place, min(left, most))
        self._place += count
        if count == left:
            self._pieces.pop()
            self._place = 0
        return count

    def _send_span(self, start: int, count: int) -> int:
        try:
            sent = os.sendfile(self._wire.socket.fileno(), self._file, start, count)
        except BlockingIOError:
            return 0
        except (BrokenPipeError, ConnectionError) as fault:
            raise Gone from fault
        if not sent:
            raise OSError("the file is shorter than it should be")
        self._wire.sent += sent
        return sent

    def close(self) -> None:
        self._body.sent = self._sent
        self._body.close()
