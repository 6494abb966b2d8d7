"""Timers: connections that are to be served at a moment, not when their clients move."""

import heapq
import threading
from itertools import count

from mserve.server.connection import NEVER, Connection


class Timers:
    """Moments are by time.monotonic(). Any thread adds to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heap: list[tuple[float, int, Connection]] = []
        self._numbers = count()

    @property
    def next(self) -> float:
        """The first moment; NEVER where nobody waits for one."""
        return self._heap[0][0] if self._heap else NEVER

    def add(self, moment: float, connection: Connection) -> bool:
        """Whether it is the first of all now."""
        with self._lock:
            first = moment < self.next
            heapq.heappush(self._heap, (moment, next(self._numbers), connection))
        return first

    def due(self, now: float) -> list[Connection]:
        """Those whose moment has come; they are its no more."""
        found = []
        with self._lock:
            while self.next <= now:
                found.append(heapq.heappop(self._heap)[2])
        return found
