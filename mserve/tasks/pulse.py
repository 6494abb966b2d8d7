"""The pulse: a thread that tells Redis that its worker lives, and what it is at."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis.exceptions import RedisError
from rq.job import Job

from mserve.tasks.delivery import members
from mserve.tasks.queue import Queues

log = logging.getLogger(__name__)

KNOWN = 3600  # seconds; for so long RQ knows a delivery whose worker has died


class Pulse:
    """Beats every `interval` seconds for `worker`, and for the attempts that it is at.

    What it says of an attempt is to be believed for `lease` seconds.
    """

    def __init__(self, worker: Any, queues: Queues, interval: float, lease: float) -> None:
        self.worker, self.queues = worker, queues
        self.interval, self.lease = interval, lease
        self._id: str | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="heartbeats", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._end.set()
        self._thread.join(timeout=1)

    @contextmanager
    def at(self, id: str) -> Iterator[None]:
        """The worker is at the parcel `id`, and is so from before RQ forgets it."""
        self._id = id
        self.beat()
        try:
            yield
        finally:
            self._id = None

    def beat(self) -> None:
        """Raises RedisError."""
        id = self._id
        if id is not None:
            self.queues.beat(members(id), self.lease)

    def _keep(self) -> None:
        while not self._end.wait(self.interval):
            try:
                self.worker.show()
                self.beat()
                if (id := self._id) is not None:
                    self.queues.redis.expire(Job.key_for(id), KNOWN)
            except RedisError as fault:
                log.warning("%s: a heartbeat was missed: %s", self._id or "idle", fault)
