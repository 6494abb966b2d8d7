"""An answer: what the WSGI application says, made into HTTP/1.1 (RFC 9112) on the wire."""

import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mserve.errors import MserveError
from mserve.server.body import Cut, Input
from mserve.server.head import Head
from mserve.server.held import Held, Row
from mserve.server.meter import Exchange
from mserve.server.plain import date, plain
from mserve.server.sending import FileBody, Sending
from mserve.server.wire import Gone, Wire

log = logging.getLogger("mserve.server")

SPARE = 1 << 16  # bytes of a body that nobody read, for which a connection is kept
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Answer:
    """The answer to one request. `stays`: whether the connection may serve another afterwards.

    row: where it waits, if the application holds it back. stopping: whether the server is about to
    end. exchange: is told what it is.
    """

    def __init__(
        self,
        wire: Wire,
        head: Head,
        body: Input,
        row: Row,
        stopping: Callable[[], bool],
        exchange: Exchange,
    ) -> None:
        self.wire, self.head, self.body, self.exchange = wire, head, body, exchange
        self.stays = head.keep_alive
        self._row, self._stopping = row, stopping
        self._late: float | None = None
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self.sent = False
        self._chunked = False
        self._left: int | None = None

    def hold(self, seconds: float) -> None:
        """The application wants it to be that late, at the least."""
        self._late = max(self._late or 0.0, seconds)

    def give(self, app: Application, environ: dict[str, Any]) -> Sending | Held | None:
        """Asks the application and sends what it says; a file, or what is held back, is left to be
        sent: a Sending or Held."""
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

    def _give(self, result: Iterable[bytes]) -> Sending | Held | None:
        left: Sending | Held | None = None
        try:
            left = self._file(result) or self._held(result)
            if left is None:
                self._blocks(result)
        finally:
            if not isinstance(left, Sending) and hasattr(result, "close"):
                result.close()
        return left

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

    def _held(self, result: Any) -> Held | None:
        """The whole answer, where its time has not come; the connection ends with it."""
        known = self._bodiless or isinstance(result, (list, tuple))
        if self._late is None or self.sent or self._stopping() or not known:
            return None
        moment = self._row.enter(self._late)
        self.stays = self.stays and moment is None and not self._row.full
        if moment is None:
            return None
        whole = b"" if self._bodiless else b"".join(result)
        self._frame(len(whole))
        return Held(self.wire, self._row, self._head() + whole, moment)

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
        self.exchange.answers(self.status)
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
            self.exchange.answers(status)
            self.wire.send(plain(status, detail))
