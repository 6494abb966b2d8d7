"""Held back: answers to wrong guesses come late (mserve/late.py), and hold no thread meanwhile.

All those of a process leave one by one, so many a second: however many clients guess, over however
many connections, they take that much of its time and no more. Each ends its connection.
"""

import threading
import time

from mserve.server.sending import AT_ONCE
from mserve.server.wire import Wire

RATE = 100.0  # answers a second
BURST = 20  # answers that may leave at once, after a time with fewer


class Row:
    """Those that wait in one process, `most` of them at the most."""

    def __init__(self, most: int) -> None:
        self.most, self.waiting = most, 0
        self._next = 0.0
        self._guard = threading.Lock()

    @property
    def full(self) -> bool:
        return self.waiting >= self.most

    def enter(self, seconds: float) -> float | None:
        """When to answer, by time.monotonic(): in `seconds`, or when its turn comes.

        None: at once, as it need not wait, or as the row is full.
        """
        with self._guard:
            if self.full:
                return None
            now = time.monotonic()
            self._next = max(self._next, now - BURST / RATE) + 1 / RATE
            if max(now + seconds, self._next) <= now:
                return None
            self.waiting += 1
            return max(now + seconds, self._next)

    def leave(self) -> None:
        with self._guard:
            self.waiting -= 1


class Held:
    """An answer that is whole, to be sent at `moment`; `close` it in the end."""

    def __init__(self, wire: Wire, row: Row, answer: bytes, moment: float) -> None:
        self._wire, self._row, self._left, self._moment = wire, row, answer, moment
        self.moved = moment

    def go(self) -> float | None:
        """As Sending.go."""
        if time.monotonic() < self._moment:
            return self._moment
        while self._left:
            count = self._wire.put(self._left)
            if not count:
                return AT_ONCE
            self._left, self.moved = self._left[count:], time.monotonic()
        return None

    def close(self) -> None:
        self._row.leave()
