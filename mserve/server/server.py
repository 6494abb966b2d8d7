"""The server: its sockets, its connections, and one epoll that knows who of them moved."""

import heapq
import logging
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from mserve.server.answer import Application
from mserve.server.clients import NOBODY, plain
from mserve.server.connection import Connection, Maker
from mserve.server.crew import Crew
from mserve.server.environ import maker
from mserve.server.held import Row
from mserve.server.meter import Meter
from mserve.server.options import Options
from mserve.server.wire import Wire

log = logging.getLogger("mserve.server")

TICK = 1.0  # seconds between two looks for who does nothing
SETTLING = 0.05  # seconds after a stop, in which what had come is begun
LISTENING = select.EPOLLIN | select.EPOLLEXCLUSIVE  # one process is woken for a connection
EVENTS = 16  # at a time from the epoll


class Server:
    """Serves `app` on the sockets; `run` it in the main thread.

    The app's `gauge`, if it has one, is called now and then: to count what is so at the moment.

    closing: an eventfd, readable once the server is to end.
    """

    def __init__(self, app: Application, options: Options, listeners: list[socket.socket]) -> None:
        self.app, self.options = app, options
        self.listeners = {each.fileno(): each for each in listeners}
        self.makers = {each.fileno(): _maker(options, each) for each in listeners}
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
        self._lock = threading.Lock()
        self._accepting = False
        self._timers: list[tuple[float, int, Connection]] = []
        self._numbers = count()
        self._next_round = 0.0

    def run(self) -> None:
        """Until `stop`; then until all requests are answered, or `drain` seconds have passed."""
        self._epoll.register(self._exit, select.EPOLLIN)
        self._accept(True)
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
        self._accept(False)
        for listener in self.listeners.values():
            listener.close()
        time.sleep(SETTLING)
        while self.connections and time.monotonic() < give_up:
            for connection in [*self.connections.values()]:
                if connection.idle and not _asks(connection.wire.socket):
                    connection.wire.drop()
            self._tick(SETTLING)

    def _tick(self, most: float) -> None:
        """Waits for a ring, what is due, or a while; drops who did nothing for too long."""
        due = self._timers[0][0] - time.monotonic() if self._timers else most
        bell = select.poll()
        bell.register(self._bell, select.POLLIN)
        if bell.poll(1000 * max(0.0, min(due, self.crew.patience(most)))):
            os.eventfd_read(self._bell)
        now = time.monotonic()
        for connection in self._due(now):
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

    def _due(self, now: float) -> list[Connection]:
        found = []
        with self._lock:
            while self._timers and self._timers[0][0] <= now:
                found.append(heapq.heappop(self._timers)[2])
        return found

    # what a connection asks for

    def watch(self, connection: Connection, event: int) -> None:
        """Has the connection served when `event` comes."""
        first, connection.watched = not connection.watched, True
        ask = self._epoll.register if first else self._epoll.modify
        ask(connection.wire.socket, event | select.EPOLLONESHOT)

    def later(self, connection: Connection, moment: float) -> None:
        """Has the connection served at `moment`, by time.monotonic()."""
        with self._lock:
            first = not self._timers or moment < self._timers[0][0]
            heapq.heappush(self._timers, (moment, next(self._numbers), connection))
        if first:
            self._ring()

    def forget(self, connection: Connection) -> None:
        self.connections.pop(connection.wire.socket.fileno(), None)
        if not self._accepting and not self.stopping:
            self._accept(True)

    # what the crew asks for

    def _moved(self) -> list[int]:
        return [descriptor for descriptor, _ in self._epoll.poll(None, EVENTS)]

    def _serve(self, descriptor: int) -> None:
        connection = self.connections.get(descriptor)
        if connection is not None:
            connection.go(self.options.timeout)
        elif descriptor in self.listeners:
            self._greet(descriptor)

    def _greet(self, descriptor: int) -> None:
        """A new connection, if no other process was faster; most have asked already."""
        try:
            connected, peer = self.listeners[descriptor].accept()
        except BlockingIOError:
            return
        except OSError as fault:
            if not self.stopping:
                log.warning("no connection can be accepted: %s", fault.strerror)
                time.sleep(SETTLING)
            return
        self._step_back(descriptor)
        wire = Wire(connected, self.crew.waiting, self.options.timeout)
        client = known(connected, peer)
        connection = Connection(self, wire, client, self.makers[descriptor])
        self.connections[connected.fileno()] = connection
        if len(self.connections) >= self.options.connection_limit:
            self._accept(False)
        connection.go(self.options.timeout)

    def _step_back(self, descriptor: int) -> None:
        """To the end of the row of processes that wait at this socket: the first is woken."""
        with self._lock:
            if self._accepting:
                self._epoll.unregister(descriptor)
                self._epoll.register(descriptor, LISTENING)

    def _accept(self, on: bool) -> None:
        """Begins or ends to accept connections; what comes meanwhile waits in the backlog."""
        with self._lock:
            if self._accepting == on:
                return
            self._accepting = on
            for descriptor, listener in self.listeners.items():
                if on:
                    listener.setblocking(False)
                    self._epoll.register(descriptor, LISTENING)
                else:
                    self._epoll.unregister(descriptor)


def known(connected: socket.socket, peer: Any) -> tuple[str, str]:
    """Address and port of who has connected; nobody's at a Unix socket."""
    if connected.family == socket.AF_UNIX:
        return NOBODY, ""
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return plain(peer[0]), str(peer[1])


def _maker(options: Options, listener: socket.socket) -> Maker:
    """At a Unix socket the Host of each request alone says how the server is called."""
    if listener.family == socket.AF_UNIX:
        return maker(options, "localhost", "80")
    host, port = listener.getsockname()[:2]
    return maker(options, host, str(port))


def _asks(connected: socket.socket) -> bool:
    """Whether a request has come that nobody has begun to read."""
    try:
        return bool(connected.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except OSError:
        return False
