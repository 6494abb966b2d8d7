"""The crew: threads that serve, one of which has the turn (mserve/turn.py).

Who has the turn waits at the epoll and serves whoever moves, itself: nothing is handed from thread
to thread. It loses the turn to the next one when it has to wait for its client, says that it waits
for something else (`turn.give`), or has been at one request for longer than PATIENCE. One that
waits for its client does not count as one of the `size` threads: another is hired in its place,
and who is one too many goes. So slow clients cost memory, and hold up nobody.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from mserve import turn

log = logging.getLogger("mserve.server")

PATIENCE = 0.005  # seconds that one request may keep the turn
QUIET = 10  # looks without a request at hand, after which nobody looks for a while


class Hand:
    """One thread. `began`: when it took up what it is at, by time.monotonic()."""

    def __init__(self, crew: "Crew") -> None:
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


class Crew:
    """poll: descriptors on which something has come, once there are some. serve: serves one of
    them. wake: called when somebody is at work and `patience` has not been asked for a while.
    """

    def __init__(
        self,
        size: int,
        poll: Callable[[], Iterable[int]],
        serve: Callable[[int], None],
        wake: Callable[[], None],
    ) -> None:
        self.size, self.poll, self.serve, self.wake = size, poll, serve, wake
        self.lock, self.turn = threading.Lock(), threading.Lock()
        self.holder: Hand | None = None
        self.threads = 0
        self._away = 0
        self._over = False
        self._quiet = QUIET
        self._events: deque[int] = deque()

    def begin(self) -> None:
        for _ in range(self.size):
            self._hire()

    def end(self) -> None:
        """Nobody begins anything any more, once `poll` has returned."""
        self._over = True

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around waiting for a client, or in a queue: meanwhile another may work."""
        turn.give()
        with self.lock:
            self._away += 1
            short = self.threads - self._away < self.size
        if short:
            self._hire()
        try:
            yield
        finally:
            with self.lock:
                self._away -= 1

    def look_out(self) -> None:
        """Somebody is at work."""
        if self._quiet >= QUIET:
            self._quiet = 0
            self.wake()

    def patience(self, most: float) -> float:
        """Takes the turn from who is at one request for too long; seconds to the next look."""
        hand = self.holder
        began = None if hand is None else hand.began  # read once: it ends in a thread of its own
        if hand is None or began is None:
            self._quiet += 1
        else:
            self._quiet = 0
            if time.monotonic() - began > PATIENCE:
                hand.give()
        return PATIENCE if self._quiet < QUIET else most

    def _hire(self) -> None:
        with self.lock:
            self.threads += 1
        threading.Thread(target=self._work, name="web", daemon=True).start()

    def _work(self) -> None:
        hand = Hand(self)
        turn.held_by(hand.give, self.waiting)
        while self._needed():
            hand.take()
            while self.holder is hand and not self._over:
                hand.serve(self._next())
            hand.give()

    def _needed(self) -> bool:
        with self.lock:
            if self._over or self.threads - self._away > self.size:
                self.threads -= 1
                return False
        return True

    def _next(self) -> int:
        while True:
            try:
                return self._events.popleft()
            except IndexError:
                self._events.extend(self.poll())
