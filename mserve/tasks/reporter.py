"""Reporter: tells those who follow a task run how far it is, and what it has said so far."""

import logging
import time
from collections.abc import Callable
from functools import partial

from redis.exceptions import RedisError

from mserve.tasks.confine import Meter
from mserve.tasks.interrupt import Interrupts
from mserve.tasks.queue import TOLD_TTL, Queues

log = logging.getLogger(__name__)

INTERVAL = 0.5  # seconds between two reports at least
SAID = 4000  # characters of the end of a log that are told while the task runs


class Reporter:
    """Of one attempt, whose log `meter` knows. Where Redis is away, nobody follows."""

    def __init__(self, queues: Queues, interrupts: Interrupts, run: str, meter: Meter) -> None:
        self.queues, self.interrupts, self.run, self.meter = queues, interrupts, run, meter
        self._next_progress = self._next_log = self._again = 0.0  # by time.monotonic()
        self._said: str | None = None
        self._busy = False

    def progress(self, fraction: float, words: str) -> None:
        """How far the task is, as it tells; of what comes within INTERVAL its end alone is told."""
        now = time.monotonic()
        if now >= self._next_progress or fraction >= 1:
            self._next_progress = now + INTERVAL
            self._tell(partial(self.queues.progress, self.run, fraction, words))
        self.tell_log()

    def tell_log(self) -> None:
        """What the task has said, where that is news, or would be forgotten soon."""
        now = time.monotonic()
        if now < self._next_log:
            return
        said = self.meter.tail()[-SAID:]
        if said == self._said and now < self._again:
            return
        if self._tell(partial(self.queues.say, self.run, said)):
            self._said, self._again = said, now + TOLD_TTL / 2
        self._next_log = now + INTERVAL

    def _tell(self, act: Callable[[], None]) -> bool:
        """Whether it was told. What is logged meanwhile has nothing told in its turn."""
        if self._busy:
            return False
        self._busy = True
        try:
            with self.interrupts.postponed():
                act()
            return True
        except RedisError as fault:
            log.debug("progress is not told: %s", fault)
            return False
        finally:
            self._busy = False
