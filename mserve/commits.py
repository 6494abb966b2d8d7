"""Commits: a transaction's way to the storage server, by a socket of its own beside ZEO's.

ZEO's client has one thread that talks to the server. To commit it is woken, sends each step as a
message, and wakes the one that waits, twice, which takes longer than what the server does. Here the
thread that commits sends all steps and asks for the vote at once, reads the answer itself, and
then has the server finish. That this is done is told by ZEO's connection, marked as the client's
own, among the news of what others have committed: so all of it is heard of in its order.
"""

import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from struct import Struct
from typing import Any

from ZEO.asyncio.client import exc_factories
from ZEO.asyncio.marshal import decoder, encoder
from ZEO.Exceptions import ClientDisconnected, ServerException

PROTOCOL = b"Z5"
OWN = b"\xff" * 8
"""In the news of a transaction the id, that no object has, which marks it as the client's own."""
SIZE = Struct(">I")

Call = tuple[str, tuple[Any, ...]]
"""A method of the server and its arguments."""


class Commits:
    """The client's end, for one transaction at a time: that which ZEO's commit lock lets through.

    `session` is by what the server knows the client.
    """

    def __init__(self, path: str, session: str) -> None:
        self.path, self.session = path, session
        self._socket: socket.socket | None = None
        self._closed = False
        self._encode = encoder(PROTOCOL)
        self._decode = decoder(PROTOCOL)

    def vote(self, calls: Sequence[Call]) -> Any:
        """What the server answers to the vote on `calls`.

        Raises what it raises; ClientDisconnected.
        """
        return self._ask("vote", calls)

    def finish(self, id: int) -> None:
        """Has the server finish what it has voted on. Raises ClientDisconnected."""
        self._send(True, "finish", id)

    def close(self) -> None:
        """For good: the session is over. Who waits for an answer is told as well."""
        self._closed = True
        made, self._socket = self._socket, None
        if made is not None:
            with suppress(OSError):
                made.shutdown(socket.SHUT_RDWR)
            made.close()

    def _ask(self, method: str, *args: Any) -> Any:
        self._send(False, method, *args)
        _, failed, _, result = self._decode(self._receive())
        if not failed:
            return result
        kind, about = result
        factory: Callable[..., Exception] | None = exc_factories.get(kind)
        raise ServerException(kind, about) if factory is None else factory(kind, about)

    def _send(self, told: bool, method: str, *args: Any) -> None:
        """`told`: no answer is wanted."""
        self._write(self._encode(1, told, method, args))

    def _write(self, message: bytes) -> None:
        try:
            made = self._socket or self._connect()
            made.sendall(SIZE.pack(len(message)) + message)
        except OSError as fault:
            raise self._lost() from fault

    def _connect(self) -> socket.socket:
        if self._closed:
            raise self._lost()
        self._socket = made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.connect(self.path)
        if self._receive() != PROTOCOL:
            raise self._lost()
        self._write(PROTOCOL)
        self._ask("attach", self.session)
        return made

    def _receive(self) -> bytes:
        (size,) = SIZE.unpack(self._take(SIZE.size))
        return self._take(size)

    def _take(self, size: int) -> bytes:
        taken = bytearray()
        while len(taken) < size:
            try:
                block = self._socket.recv(size - len(taken)) if self._socket else b""
            except OSError:
                block = b""
            if not block:
                raise self._lost()
            taken += block
        return bytes(taken)

    def _lost(self) -> ClientDisconnected:
        self.close()
        return ClientDisconnected("the storage server takes no commits by its own socket")


class Finishing:
    """The end of a transaction that the server has voted on; ZEO's thread is told of it."""

    def __init__(self) -> None:
        self.then: Callable[[bytes], Any] = _nothing
        """What is to be done with the transaction's number, before others may know it."""
        self.records: dict[bytes, bytes] = {}
        """What it has stored as it is there now, by the ids of the objects."""
        self._over = threading.Event()
        self._number: bytes | None = None

    def told(self, number: bytes, cache: Any) -> None:
        """The server has finished it, as transaction `number`."""
        try:
            with cache._lock:  # as ZEO does it: nobody sees the one without the other
                cache.setLastTid(number)
                self.then(number)
            self._number = number
        finally:
            self._over.set()

    def lost(self) -> None:
        """Nothing will be told any more."""
        self._over.set()

    def number(self) -> bytes:
        """Waits for it. Raises ClientDisconnected where nobody knows whether it is committed."""
        self._over.wait()
        if self._number is None:
            raise ClientDisconnected("the storage server was lost while it committed")
        return self._number


def is_own(ids: Iterable[bytes]) -> bool:
    """Whether news with these ids are of what this client has committed."""
    return next(iter(ids), None) == OWN


def _nothing(number: bytes) -> None:
    pass
