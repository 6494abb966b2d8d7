"""The crew: threads that serve connections, one of which has the turn (mserve/turn.py).

Who has the turn waits at the epoll and serves whoever moves, itself: nothing is handed from thread
to thread. It loses the turn to the next one when it has to wait for its client, says that it waits
for something else (`turn.give`), or has been at one request for longer than PATIENCE. One that
waits for its client does not count as one of the `threads`: another is hired in its place, and who
is one too many goes. So slow clients cost memory, and hold up nobody.
"""

import heapq
import logging
import os
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from mserve import turn
from mserve.server.answer import Application
from mserve.server.connection import Connection, Maker
from mserve.server.environ import maker
from mserve.server.options import Options
from mserve.server.wire import Wire

log = logging.getLogger("mserve.server")

TICK = 1.0  # seconds
PATIENCE = 0.002  # seconds that one request may keep the turn
QUIET = 10  # looks without a request at hand, after which nobody looks for a while
EVENTS = 16  # at a time from the epoll
SETTLING = 0.05  # seconds after a stop, in which what had come is begun


class Crew:
    """Serves `app` on the sockets; `run` it in the main thread."""

    def __init__(self, app: Application, options: Options, listeners: list[socket.socket]) -> None:
        self.app, self.options = app, options
        self.listeners = {each.fileno(): each for each in listeners}
        self.makers = {each.fileno(): _maker(options, each) for each in listeners}
        self.connections: dict[int, Connection] = {}
        self.stopping = False
        self._over = False
        self._epoll = select.epoll()
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._exit = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self.lock = threading.Lock()
        self._threads = self._away = 0
        self.turn = threading.Lock()
        self._events: deque[int] = deque()
        self.holder: Hand | None = None
        self._quiet = 0
        self._next_round = 0.0
        self._accepting = False
        self._timers: list[tuple[float, int, Connection]] = []
        self._numbers = count()

    # --- what the main thread does

    def run(self) -> None:
        """Until `stop`; then until all requests are answered, or `drain` seconds have passed."""
        self._epoll.register(self._exit, select.EPOLLIN)
        self._accept(True)
        for _ in range(self.options.threads):
            self._hire()
        while not self.stopping:
            self._tick()
        self._drain()
        self._over = True
        os.eventfd_write(self._exit, 1)

    def stop(self) -> None:
        """From any thread, or a signal's handler."""
        self.stopping = True
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

    def _tick(self, most: float = TICK) -> None:
        """Waits for what is due, a signal or a while; drops who did nothing for too long."""
        due = self._timers[0][0] - time.monotonic() if self._timers else most
        bell = select.poll()
        bell.register(self._bell, select.POLLIN)
        if bell.poll(1000 * max(0.0, min(due, self._patience(most)))):
            os.eventfd_read(self._bell)
            self._quiet = 0
        now = time.monotonic()
        for connection in self._due(now):
            self.watch(connection, select.EPOLLOUT)
        if now >= self._next_round:
            self._next_round = now + TICK
            for connection in [*self.connections.values()]:
                if connection.deadline < now:
                    connection.wire.drop()

    def look_out(self) -> None:
        """Somebody is at work: wakes the main thread, where it is not watching."""
        if self._quiet >= QUIET:
            self._quiet = 0
            os.eventfd_write(self._bell, 1)

    def _patience(self, most: float) -> float:
        """Takes the turn from who is at one request for too long; seconds to the next look."""
        hand = self.holder
        if hand is None or hand.began is None:
            self._quiet += 1
        else:
            self._quiet = 0
            if time.monotonic() - hand.began > PATIENCE:
                hand.give()
        return PATIENCE if self._quiet < QUIET else most

    def _due(self, now: float) -> list[Connection]:
        found = []
        with self.lock:
            while self._timers and self._timers[0][0] <= now:
                found.append(heapq.heappop(self._timers)[2])
        return [each for each in found if each.wire.socket.fileno() >= 0]

    # --- what a connection asks for

    def watch(self, connection: Connection, event: int) -> None:
        first, connection.watched = not connection.watched, True
        ask = self._epoll.register if first else self._epoll.modify
        ask(connection.wire.socket, event | select.EPOLLONESHOT)

    def later(self, connection: Connection, moment: float) -> None:
        with self.lock:
            first = not self._timers or moment < self._timers[0][0]
            heapq.heappush(self._timers, (moment, next(self._numbers), connection))
        if first:
            os.eventfd_write(self._bell, 1)

    def forget(self, connection: Connection) -> None:
        self.connections.pop(connection.wire.socket.fileno(), None)
        if not self._accepting and not self.stopping:
            self._accept(True)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around waiting for a client: meanwhile another may work."""
        turn.give()
        with self.lock:
            self._away += 1
            short = self._threads - self._away < self.options.threads
        if short:
            self._hire()
        try:
            yield
        finally:
            with self.lock:
                self._away -= 1

    # --- what each thread does

    def _hire(self) -> None:
        with self.lock:
            self._threads += 1
        threading.Thread(target=self._work, name="web", daemon=True).start()

    def _work(self) -> None:
        hand = Hand(self)
        turn.held_by(hand.give)
        while self._needed():
            hand.take()
            while self.holder is hand and not self._over:
                hand.serve(self._next())
            hand.give()

    def _next(self) -> int:
        """The descriptor on which something has come."""
        while True:
            try:
                return self._events.popleft()
            except IndexError:
                self._events.extend(each for each, _ in self._epoll.poll(None, EVENTS))

    def _needed(self) -> bool:
        with self.lock:
            if self._over or self._threads - self._away > self.options.threads:
                self._threads -= 1
                return False
        return True

    def serve(self, descriptor: int) -> None:
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
            log.warning("no connection can be accepted: %s", fault.strerror)
            time.sleep(SETTLING)
            return
        if connected.family != socket.AF_UNIX:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = Wire(connected, self.waiting, self.options.timeout)
        client = ("", "") if isinstance(peer, (str, bytes)) else (peer[0], str(peer[1]))
        connection = Connection(self, wire, client, self.makers[descriptor])
        self.connections[connected.fileno()] = connection
        if len(self.connections) >= self.options.connection_limit:
            self._accept(False)
        connection.go(self.options.timeout)

    def _accept(self, on: bool) -> None:
        """Begins or ends to accept connections; what comes meanwhile waits in the backlog."""
        with self.lock:
            if self._accepting == on:
                return
            self._accepting = on
            for descriptor, listener in self.listeners.items():
                if on:
                    listener.setblocking(False)
                    self._epoll.register(descriptor, select.EPOLLIN | select.EPOLLEXCLUSIVE)
                else:
                    self._epoll.unregister(descriptor)


class Hand:
    """One thread of the crew. `began`: when it took up what it is at, by time.monotonic()."""

    def __init__(self, crew: Crew) -> None:
        self.began: float | None = None
        self._crew = crew

    def take(self) -> None:
        """Waits for the turn."""
        self._crew.turn.acquire()
        self._crew.holder = self

    def give(self) -> None:
        """From any thread; nothing, where this one does not have it."""
        with self._crew.lock:
            if self._crew.holder is self:
                self._crew.holder = None
                self._crew.turn.release()

    def serve(self, descriptor: int) -> None:
        self.began = time.monotonic()
        self._crew.look_out()
        try:
            self._crew.serve(descriptor)
        except Exception:
            log.exception("a fault of the server")
        finally:
            self.began = None


def _maker(options: Options, listener: socket.socket) -> Maker:
    name = listener.getsockname()
    host, port = ("localhost", "") if isinstance(name, (str, bytes)) else (name[0], str(name[1]))
    return maker(options, host, port)


def _asks(connected: socket.socket) -> bool:
    """Whether a request has come that nobody has begun to read."""
    try:
        return bool(connected.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except OSError:
        return False
