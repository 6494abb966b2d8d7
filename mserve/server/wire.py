"""The wire: one client's socket, never blocking. Who waits for the client says so to the crew."""

import select
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

BLOCK = 1 << 16  # bytes
Waiting = Callable[[], AbstractContextManager[None]]


class Gone(OSError):
    """The client closed the connection, or did nothing for too long."""


class Wire:
    """Bytes that came and are not used yet are in `held`; those that came and went are counted.

    All methods but `poll` raise Gone.
    """

    def __init__(self, connected: socket.socket, waiting: Waiting, timeout: float) -> None:
        connected.setblocking(False)
        self.socket = connected
        self.held = bytearray()
        self.received = self.sent = 0
        self.waiting = waiting
        self._timeout = timeout
        self._poll: select.poll | None = None

    def arrived(self, most: int = BLOCK) -> bytes | None:
        """What has come by now: None if nothing has, empty if nothing will."""
        try:
            block = self.socket.recv(most)
        except BlockingIOError:
            return None
        except OSError as fault:
            raise Gone from fault
        self.received += len(block)
        return block

    def take(self, most: int) -> bytes:
        """Up to `most` of the bytes that are held."""
        block = bytes(memoryview(self.held)[:most])
        del self.held[:most]
        return block

    def more(self, most: int = BLOCK) -> bool:
        """Adds to what is held, once something comes; False at the end."""
        while (block := self.arrived(most)) is None:
            self.wait(select.POLLIN)
        self.held += block
        return bool(block)

    def fill(self, block: memoryview) -> int:
        """Fills the block, or as much of it as comes before the end; returns how much.

        Raises Gone where the connection broke before the first byte of it.
        """
        size = min(len(self.held), len(block))
        block[:size] = self.take(size)
        while size < len(block):
            try:
                count = self._receive_into(block[size:])
            except Gone:
                if size:
                    break
                raise
            if not count:
                break
            size += count
        return size

    def _receive_into(self, block: memoryview) -> int:
        while True:
            try:
                count = self.socket.recv_into(block)
            except BlockingIOError:
                self.wait(select.POLLIN)
                continue
            except OSError as fault:
                raise Gone from fault
            self.received += count
            return count

    def send(self, *blocks: bytes | bytearray | memoryview) -> None:
        """Sends all of the blocks."""
        for block in blocks if len(blocks) == 1 else (b"".join(blocks),):
            rest = memoryview(block)
            while rest:
                if count := self.put(rest):
                    rest = rest[count:]
                else:
                    self.wait(select.POLLOUT)

    def put(self, block: bytes | bytearray | memoryview, flags: int = 0) -> int:
        """Sends what can be sent at once; returns how many bytes that were."""
        try:
            count = self.socket.send(block, flags)
        except BlockingIOError:
            return 0
        except OSError as fault:
            raise Gone from fault
        self.sent += count
        return count

    def wait(self, event: int, timeout: float | None = None) -> None:
        """Waits for the client, in seconds; raises Gone where it does nothing for so long."""
        if self._poll is None:
            self._poll = select.poll()
        self._poll.register(self.socket, event)
        with self.waiting():
            ready = self._poll.poll(1000 * (self._timeout if timeout is None else timeout))
        if not ready:
            raise Gone("the client did nothing for too long")

    def drop(self) -> None:
        """Ends the connection, from any thread; who waits for it is told."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        self.socket.close()
