"""A connection: requests, one after the other, each answered before the next is read.

It is nobody's while it waits for its client, to ask or to take more of a file; then the server's
epoll has it. Whoever of the crew is told that its client moved makes it go on.
"""

import select
import socket
import time
from collections.abc import Callable
from typing import Protocol

from mserve.answered import ANSWERED
from mserve.late import HOLD
from mserve.server.answer import Answer, Application
from mserve.server.attendance import Attendance
from mserve.server.body import Chunked, Counted, Cut, Input
from mserve.server.environ import Environ
from mserve.server.head import END, LIMIT, Head, Refused, parse
from mserve.server.held import Held, Row
from mserve.server.meter import OTHER, Exchange, Meter
from mserve.server.plain import plain
from mserve.server.sending import AT_ONCE, Sending
from mserve.server.wire import Gone, Wire
from mserve.turn import ATTEND

NEVER = float("inf")
LINGER = 2.0  # seconds in which a client may notice that it was answered before it was done
LINGERING = 64 << 20  # bytes that are passed over meanwhile

Maker = Callable[[Head, str, str, Input], Environ]


class Host(Protocol):
    """The server; `watch`, `later` and `forget` take a connection over."""

    app: Application
    stopping: bool
    closing: int
    row: Row
    meter: Meter

    def watch(self, connection: "Connection", event: int) -> None: ...
    def later(self, connection: "Connection", moment: float) -> None: ...
    def forget(self, connection: "Connection") -> None: ...


class Connection:
    """`deadline`: when its client has done nothing for too long, by time.monotonic().
    `watched`: whether the server's epoll knows it. `unread`: whether the client still sends a body.
    """

    def __init__(self, host: Host, wire: Wire, client: tuple[str, str], make: Maker) -> None:
        self.host, self.wire, self.client, self.make = host, wire, client, make
        self.sending: Sending | Held | None = None
        self.exchange: Exchange | None = None
        self.stays = True
        self.unread = False
        self.watched = False
        self.deadline = NEVER
        self._asked: float | None = None

    @property
    def idle(self) -> bool:
        """Whether it waits for a request of which nothing has come."""
        return self.sending is None and self._asked is None and self.deadline != NEVER

    def go(self, timeout: float) -> None:
        """Goes on as far as it can without waiting for the client to begin something."""
        self.deadline = NEVER
        try:
            while self._step(timeout):
                pass
        except (Gone, Cut):
            self.end()
        except BaseException:
            self.end()
            raise

    def _step(self, timeout: float) -> bool:
        """One request, or the rest of a file. False: it is the server's again, or ended."""
        if self.sending is not None:
            return self._send(self.sending, timeout)
        head = self._head()
        if head is None:
            self.deadline = (self._asked or time.monotonic()) + timeout
            self.host.watch(self, select.EPOLLIN)
            return False
        self.sending = self._answer(head)
        return True if self.sending is not None else self._over()

    def _head(self) -> Head | None:
        """The next head, if it has come."""
        wire = self.wire
        while (end := wire.held.find(END, 0, LIMIT)) < 0:
            if len(wire.held) > LIMIT:
                self._refuse("431 Request Header Fields Too Large", f"at most {LIMIT} bytes")
            block = wire.arrived()
            if block is None:
                return None
            if not block:
                raise Gone("the client has gone")
            wire.held += block if wire.held else block.lstrip(b"\r\n")  # RFC 9112, 2.2
            self._asked = self._asked or time.monotonic()
        self._asked = None
        try:
            return parse(wire.take(end + len(END)))
        except Refused as fault:
            self._refuse(fault.status, fault.detail)
            return None

    def _refuse(self, status: str, detail: str) -> None:
        self.exchange = self.host.meter.begin(OTHER)
        self.exchange.answers(status)
        self.wire.send(plain(status, detail))
        self._linger()
        raise Gone(detail)

    def _answer(self, head: Head) -> Sending | Held | None:
        source = Chunked(self.wire) if head.chunked else Counted(self.wire, head.length)
        body = Input(self.wire, source, head.expects)
        told = self.exchange = self.host.meter.begin(head.method)
        answer = Answer(self.wire, head, body, self.host.row, lambda: self.host.stopping, told)
        environ = self.make(head, *self.client, body)
        environ[ATTEND] = Attendance(self.wire, self.host.closing)
        environ[HOLD] = answer.hold
        environ[ANSWERED] = told.by
        sending = answer.give(self.host.app, environ)
        self.stays = answer.stays
        while body.left and self.stays:
            body.read(1 << 16)
        self.unread = body.left
        return sending

    def _send(self, sending: Sending | Held, timeout: float) -> bool:
        moment = sending.go()
        if moment is None:
            self.sending = None
            sending.close()
            return self._over()
        if moment == AT_ONCE:
            self.deadline = sending.moved + timeout
            self.host.watch(self, select.EPOLLOUT)
        else:
            self.host.later(self, moment)
        return False

    def _over(self) -> bool:
        """After an answer: whether another request is served."""
        self._count()
        if self.stays:
            return True
        if self.unread:
            self._linger()
        self.end()
        return False

    def _count(self) -> None:
        """The request is over, if there is one."""
        if self.exchange is not None:
            self.host.meter.end(self.exchange, self.wire)
            self.exchange = None

    def _linger(self) -> None:
        """Passes over what the client still sends, so that it reads the answer (RFC 9112, 9.6)."""
        until, most = time.monotonic() + LINGER, LINGERING
        try:
            self.wire.socket.shutdown(socket.SHUT_WR)
        except OSError as fault:
            raise Gone from fault
        while most > 0 and (left := until - time.monotonic()) > 0:
            self.wire.wait(select.POLLIN, left)
            block = self.wire.arrived(1 << 20)
            if not block:
                break
            most -= len(block)

    def end(self) -> None:
        if self.sending is not None:
            self.sending.close()
            self.sending = None
        self._count()
        self.host.forget(self)
        self.wire.close()
