"""Attendance: an application waits with its client for something else to happen, maybe for long.

It finds one of these in the environ, and is told at once when there is no use in waiting on.
"""

import select
from contextlib import AbstractContextManager

from mserve.server.wire import Wire


class Attendance:
    """closing: a descriptor that can be read once the server is to end."""

    def __init__(self, wire: Wire, closing: int) -> None:
        self._wire, self._closing = wire, closing

    def aside(self) -> AbstractContextManager[None]:
        """Within it the thread does not count as one of the crew: another works in its place."""
        return self._wire.waiting()

    def wait(self, bell: int | None, seconds: float) -> bool:
        """Until the descriptor `bell` can be read, or for so long.

        False: the client has gone, or has said that it sends no more; or the server is to end.
        """
        ends = (self._wire.socket.fileno(), self._closing)
        poll = select.poll()
        poll.register(ends[0], select.POLLRDHUP)
        for descriptor in (self._closing, bell):
            if descriptor is not None:
                poll.register(descriptor, select.POLLIN)
        ready = poll.poll(1000 * max(0.0, seconds))
        return not any(descriptor in ends for descriptor, _ in ready)
