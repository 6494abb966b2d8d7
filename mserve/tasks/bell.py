"""Bell: what a request leaves behind is done by a thread of its own, which rests until it rings."""

import threading
import time
from collections.abc import Callable


class Bell:
    """Has `answer()` called after each ring, `rest` seconds later: several rings may be one call.

    The thread begins with the first ring, so that it is of the process that rings, not of one that
    this was forked from.
    """

    def __init__(self, name: str, answer: Callable[[], None], rest: float = 0.0) -> None:
        self.name, self.answer, self.rest = name, answer, rest
        self._rung = threading.Event()
        self._guard = threading.Lock()
        self._begun = self._over = False

    def ring(self) -> None:
        if not self._rung.is_set():
            self._begin()
            self._rung.set()

    def end(self) -> None:
        """The thread ends, and nobody answers any more."""
        self._over = True
        self._rung.set()

    def _begin(self) -> None:
        with self._guard:
            if not (self._begun or self._over):
                self._begun = True
                threading.Thread(target=self._wait, name=self.name, daemon=True).start()

    def _wait(self) -> None:
        while self._rung.wait() and not self._over:
            time.sleep(self.rest)
            self._rung.clear()
            if not self._over:
                self.answer()
