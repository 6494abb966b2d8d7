"""The gate: the sockets at which clients come in, and whether their connections are accepted."""

import select
import socket
import threading
from socket import AF_UNIX, IPPROTO_TCP, TCP_NODELAY
from typing import Any, NamedTuple

from mserve.server.clients import NOBODY, plain
from mserve.server.connection import Maker
from mserve.server.environ import maker
from mserve.server.options import Options

LISTENING = select.EPOLLIN | select.EPOLLEXCLUSIVE  # one process is woken for a connection


class Guest(NamedTuple):
    """A new connection: its socket, its client as the socket has it, and what makes environs."""

    socket: socket.socket
    peer: Any
    make: Maker

    def known(self) -> tuple[str, str]:
        """Address and port of its client; nobody's at a Unix socket."""
        if self.socket.family == AF_UNIX:
            return NOBODY, ""
        self.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        return plain(self.peer[0]), str(self.peer[1])


class Gate:
    """Shut at first. While it is open, `epoll` tells who comes to which of the sockets."""

    def __init__(
        self, options: Options, listeners: list[socket.socket], epoll: select.epoll
    ) -> None:
        self.listeners = {each.fileno(): each for each in listeners}
        self._makers = {each.fileno(): _maker(options, each) for each in listeners}
        self._epoll = epoll
        self._lock = threading.Lock()
        self._is_open = False

    def __contains__(self, descriptor: int) -> bool:
        return descriptor in self.listeners

    def open(self) -> None:
        """Begins to accept connections, if it does not."""
        if not self._is_open:
            self._turn(True)

    def shut(self) -> None:
        """What comes waits in the backlog."""
        self._turn(False)

    def end(self) -> None:
        """For good: the sockets are closed."""
        self.shut()
        for listener in self.listeners.values():
            listener.close()

    def _turn(self, on: bool) -> None:
        with self._lock:
            if self._is_open == on:
                return
            self._is_open = on
            for descriptor, listener in self.listeners.items():
                if on:
                    listener.setblocking(False)
                    self._epoll.register(descriptor, LISTENING)
                else:
                    self._epoll.unregister(descriptor)

    def accept(self, descriptor: int) -> Guest | None:
        """Who came to that socket; None where another process was faster. Raises OSError."""
        try:
            connected, peer = self.listeners[descriptor].accept()
        except BlockingIOError:
            return None
        self._step_back(descriptor)
        return Guest(connected, peer, self._makers[descriptor])

    def _step_back(self, descriptor: int) -> None:
        """To the end of the row of processes that wait at this socket: the first is woken."""
        with self._lock:
            if self._is_open:
                self._epoll.unregister(descriptor)
                self._epoll.register(descriptor, LISTENING)


def _maker(options: Options, listener: socket.socket) -> Maker:
    """At a Unix socket the Host of each request alone says how the server is called."""
    if listener.family == AF_UNIX:
        return maker(options, "localhost", "80")
    host, port = listener.getsockname()[:2]
    return maker(options, host, str(port))
