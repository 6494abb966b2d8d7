"""The server: its sockets, its connections, and one epoll that knows who of them moved."""

import logging
import os
import select
import socket
import time
from collections.abc import Callable

from mserve.server.answer import Application
from mserve.server.connection import Connection
from mserve.server.crew import Crew
from mserve.server.gate import Gate, Guest
from mserve.server.held import Row
from mserve.server.meter import Meter
from mserve.server.options import Options
from mserve.server.timers import Timers
from mserve.server.wire import Wire

log = logging.getLogger("mserve.server")

TICK = 1.0  # seconds between two looks for who does nothing
SETTLING = 0.05  # seconds after a stop, in which what had come is begun
EVENTS = 16  # at a time from the epoll


class Server:
    """Serves `app` on the sockets; `run` it in the main thread.

    The app's `gauge`, if it has one, is called now and then: to count what is so at the moment.

    closing: an eventfd, readable once the server is to end.
    """

    def __init__(self, app: Application, options: Options, listeners: list[socket.socket]) -> None:
        self.app, self.options = app, options
        self.connections: dict[int, Connection] = {}
        self.stopping = False
        self.meter = Meter()
        self._gauge: Callable[[], None] = getattr(app, "gauge", lambda: None)
        self.row = Row(options.connection_limit // 2)
        self.crew = Crew(options.threads, self._moved, self._serve, self._ring)
        self._epoll = select.epoll()
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._exit = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self.closing = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._gate = Gate(options, listeners, self._epoll)
        self._timers = Timers()
        self._next_round = 0.0

    def run(self) -> None:
        """Until `stop`; then until all requests are answered, or `drain` seconds have passed."""
        self._epoll.register(self._exit, select.EPOLLIN)
        self._gate.open()
        self.crew.begin()
        while not self.stopping:
            self._tick(TICK)
        self._drain()
        self.crew.end()
        os.eventfd_write(self._exit, 1)
        give_up = time.monotonic() + TICK
        while self.crew.threads and time.monotonic() < give_up:
            time.sleep(SETTLING / 10)
        if not self.crew.threads:
            for connection in [*self.connections.values()]:
                connection.end()  # what was sent of a file is told

    def stop(self) -> None:
        """From any thread, or a signal's handler."""
        self.stopping = True
        os.eventfd_write(self.closing, 1)
        self._ring()

    def _ring(self) -> None:
        """Wakes the main thread."""
        os.eventfd_write(self._bell, 1)

    def _drain(self) -> None:
        give_up = time.monotonic() + self.options.drain
        self._gate.end()
        time.sleep(SETTLING)
        while self.connections and time.monotonic() < give_up:
            for connection in [*self.connections.values()]:
                if connection.idle and not _asks(connection.wire.socket):
                    connection.wire.drop()
            self._tick(SETTLING)

    def _tick(self, most: float) -> None:
        """Waits for a ring, what is due, or a while; drops who did nothing for too long."""
        due = self._timers.next - time.monotonic()
        bell = select.poll()
        bell.register(self._bell, select.POLLIN)
        if bell.poll(1000 * max(0.0, min(due, most, self.crew.patience(most)))):
            os.eventfd_read(self._bell)
        now = time.monotonic()
        for connection in self._timers.due(now):
            self.watch(connection, select.EPOLLOUT)
        if now >= self._next_round:
            self._next_round = now + TICK
            self._measure()
            for connection in [*self.connections.values()]:
                if connection.deadline < now:
                    connection.wire.drop()

    def _measure(self) -> None:
        try:
            self._gauge()
        except Exception:
            log.exception("the moment could not be measured")

    # what a connection asks for

    def watch(self, connection: Connection, event: int) -> None:
        """Has the connection served when `event` comes."""
        first, connection.watched = not connection.watched, True
        ask = self._epoll.register if first else self._epoll.modify
        ask(connection.wire.socket, event | select.EPOLLONESHOT)

    def later(self, connection: Connection, moment: float) -> None:
        """Has the connection served at `moment`, by time.monotonic()."""
        if self._timers.add(moment, connection):
            self._ring()

    def forget(self, connection: Connection) -> None:
        self.connections.pop(connection.wire.socket.fileno(), None)
        if not self.stopping:
            self._gate.open()

    # what the crew asks for

    def _moved(self) -> list[int]:
        return [descriptor for descriptor, _ in self._epoll.poll(None, EVENTS)]

    def _serve(self, descriptor: int) -> None:
        connection = self.connections.get(descriptor)
        if connection is not None:
            connection.go(self.options.timeout)
        elif descriptor in self._gate:
            self._greet(descriptor)

    def _greet(self, descriptor: int) -> None:
        """A new connection, if no other process was faster; most have asked already."""
        try:
            guest = self._gate.accept(descriptor)
        except OSError as fault:
            if not self.stopping:
                log.warning("no connection can be accepted: %s", fault.strerror)
                time.sleep(SETTLING)
            return
        if guest is not None:
            self._welcome(guest)

    def _welcome(self, guest: Guest) -> None:
        wire = Wire(guest.socket, self.crew.waiting, self.options.timeout)
        connection = Connection(self, wire, guest.known(), guest.make)
        self.connections[guest.socket.fileno()] = connection
        if len(self.connections) >= self.options.connection_limit:
            self._gate.shut()
        connection.go(self.options.timeout)


def _asks(connected: socket.socket) -> bool:
    """Whether a request has come that nobody has begun to read."""
    try:
        return bool(connected.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except OSError:
        return False
