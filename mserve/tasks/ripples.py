"""Ripples: in whose accounts usage was reported, told by Redis to who follows it just now.

A thread tells them a few times a second, so that whoever reports waits for nothing.
"""

import threading
import time
from typing import Any

from redis.exceptions import RedisError

from mserve.resources import ripple
from mserve.resources.entry import WIDTH
from mserve.tasks.bell import Bell
from mserve.tasks.news import CHANNEL, message
from mserve.tasks.queue import Queues

REST = 0.25  # seconds between two words of one process to Redis
AWAY = 2.0  # seconds before a Redis that was away is told again
MOST = 1000  # accounts in a message
NAME = "usage"


def topic(account: str) -> str:
    """What followers of that account's usage follow (tasks/news.py)."""
    return f"{NAME}:{account}"


class Ripples:
    """Those of one process."""

    def __init__(self, queues: Queues, rest: float = REST) -> None:
        self.queues = queues
        self._seen: set[bytes] = set()
        self._guard = threading.Lock()
        self._not_before = 0.0
        self._bell = Bell("ripples", self.tell, rest)

    def __call__(self, seen: set[bytes]) -> None:
        """Something was reported in those accounts (resources/ripple.py)."""
        with self._guard:
            self._seen |= seen
        self._bell.ring()

    def end(self) -> None:
        """Nothing is told any more."""
        self._bell.end()

    def tell(self) -> None:
        """Never raises: who is not told looks now and then."""
        with self._guard:
            seen, self._seen = self._seen, set()
        if time.monotonic() < self._not_before:
            return
        topics = [topic(id) for id in sorted(_ids(seen))]
        try:
            for first in range(0, len(topics), MOST):
                told = message([[NAME, *topics[first : first + MOST]]])
                self.queues.redis.publish(CHANNEL, told)
        except RedisError:
            self._not_before = time.monotonic() + AWAY


def _ids(seen: set[bytes]) -> set[str]:
    whole = (accounts.hex() for accounts in seen)
    return {each[n : n + 2 * WIDTH] for each in whole for n in range(0, len(each), 2 * WIDTH)}


def begin(db: Any, queues: Queues) -> Ripples:
    """Has what this process reports in the database told."""
    found = Ripples(queues)
    ripple.listen(db, found)
    return found
