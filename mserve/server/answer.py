"""An answer: what the WSGI application says, made into HTTP/1.1 (RFC 9112) on the wire."""

import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from email.utils import formatdate
from typing import Any

from mserve.errors import MserveError
from mserve.guarding import EVERY
from mserve.server.body import Cut, Input
from mserve.server.head import Head
from mserve.server.sending import FileBody, Sending
from mserve.server.wire import Gone, Wire

log = logging.getLogger("mserve.server")

SPARE = 1 << 16  # bytes of a body that nobody read, for which a connection is kept
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Answer:
    """The answer to one request. `stays`: whether the connection may serve another afterwards.

    stopping: whether the server is about to end.
    """

    def __init__(self, wire: Wire, head: Head, body: Input, stopping: Callable[[], bool]) -> None:
        self.wire, self.head, self.body = wire, head, body
        self.stays = head.keep_alive
        self._stopping = stopping
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self.sent = False
        self._chunked = False
        self._left: int | None = None

    def give(self, app: Application, environ: dict[str, Any]) -> Sending | None:
        """Asks the application and sends what it says; a file is left to be sent: a Sending."""
        try:
            return self._give(app(environ, self.start))
        except Gone:
            raise
        except Cut:
            self._give_up("400 Bad Request", "the body ended before its end")
        except MserveError as fault:
            log.info("an answer was broken off: %s", fault)
            self._give_up("403 Forbidden", str(fault))
        except Exception:
            log.exception("a fault that the application did not answer")
            self._give_up("500 Internal Server Error", "mserve failed; the fault was logged")
        return None

    def _give(self, result: Iterable[bytes]) -> Sending | None:
        sending = None
        try:
            sending = self._file(result)
            if sending is None:
                self._blocks(result)
        finally:
            if sending is None and hasattr(result, "close"):
                result.close()
        return sending

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        """WSGI's start_response."""
        if exc_info and self.sent:
            raise exc_info[1].with_traceback(exc_info[2])
        if self.status and not exc_info:
            raise AssertionError("start_response was called before")
        self.status, self.headers = status, headers
        return self._write

    def _file(self, result: Any) -> Sending | None:
        """The file's pieces, once the head is sent: sendfile needs no memory of ours."""
        pieces = isinstance(result, FileBody) and hasattr(result.file, "pieces")
        if not pieces or self._bodiless:
            return None
        self._frame(result.file.size)
        if self._left != result.file.size:
            raise AssertionError(f"{result.file.size} bytes are announced as {self._left}")
        self._send_head(more=True)
        return Sending(self.wire, result.file)

    def _blocks(self, result: Iterable[bytes]) -> None:
        if isinstance(result, (list, tuple)):
            whole = b"".join(result)
            self._write(whole, len(whole))
        else:
            for block in result:
                if block:
                    self._write(block)
        self._end()

    def _write(self, block: bytes, known: int | None = None) -> None:
        head = b""
        if not self.sent:
            self._frame(known)
            head = self._head()
        if self._bodiless or not block:
            return self.wire.send(head) if head else None
        if self._left is not None:
            block = block[: self._left]
            self._left -= len(block)
        if self._chunked:
            self.wire.send(head, b"%x\r\n" % len(block), block, b"\r\n")
        elif len(block) > SPARE:
            self.wire.send(head) if head else None
            self.wire.send(block)
        else:
            self.wire.send(head, block)

    def _end(self) -> None:
        if not self.sent:
            self._frame(0)
            self._send_head()
        if self._bodiless:
            return
        if self._chunked:
            self.wire.send(b"0\r\n\r\n")
        elif self._left:
            log.error("the application gave %d bytes less than it announced", self._left)
            self.stays = False

    @property
    def _bodiless(self) -> bool:
        return self.head.method == "HEAD" or self.status[:3] in ("204", "304")

    def _frame(self, known: int | None) -> None:
        """Settles how the end of the body is told (6.3); `known`: its length, if that is known."""
        if not self.status:
            raise AssertionError("start_response was not called")
        lengths = [value for name, value in self.headers if name.lower() == "content-length"]
        if lengths:
            self._left = int(lengths[0])
        elif self._bodiless:
            self._left = 0
        elif known is not None:
            self._left = known
            self.headers = [*self.headers, ("Content-Length", str(known))]
        elif self.head.version == "1.1":
            self._chunked = True
            self.headers = [*self.headers, ("Transfer-Encoding", "chunked")]
        else:
            self.stays = False

    def _send_head(self, more: bool = False) -> None:
        head = self._head()
        flags = socket.MSG_MORE if more else 0
        self.wire.send(head[self.wire.put(head, flags) :])

    def _head(self) -> bytes:
        unread = self.body.left and (self.body.expects or not self._spare())
        if unread or self._stopping():
            self.stays = False  # what of the body is on its way is not waited for
        head = b"".join(self._lines())
        self.sent = True
        return head

    def _spare(self) -> bool:
        length = self.head.headers.get("CONTENT_LENGTH")
        return length is not None and int(length) <= SPARE

    def _lines(self) -> Iterator[bytes]:
        text = f"HTTP/1.1 {self.status}\r\n"
        for name, value in self.headers:
            text += f"{name}: {value}\r\n"
        if text.count("\n") != len(self.headers) + 1 or text.count("\r") != len(self.headers) + 1:
            raise ValueError("a header of the answer holds a line break")
        yield text.encode("latin-1")
        yield date()
        if not self.stays:
            yield b"Connection: close\r\n"
        elif self.head.version == "1.0":
            yield b"Connection: keep-alive\r\n"
        yield b"\r\n"

    def _give_up(self, status: str, detail: str) -> None:
        """The client is told, if nothing has been said; else it sees that the answer broke off."""
        self.stays = False
        if not self.sent:
            self.sent = True
            self.wire.send(plain(status, detail))


def plain(status: str, detail: str) -> bytes:
    """An answer of the server's own, after which the connection ends."""
    body = f"{detail}\n".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n"
    )
    head += "".join(f"{name}: {value}\r\n" for name, value in EVERY.items())
    return head.encode() + date() + b"\r\n" + body


_date: tuple[int, bytes] = (0, b"")


def date() -> bytes:
    """The Date header (RFC 9110, 6.6.1), made once a second."""
    global _date
    now = int(time.time())
    if _date[0] != now:
        _date = (now, f"Date: {formatdate(now, usegmt=True)}\r\n".encode())
    return _date[1]
