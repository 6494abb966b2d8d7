"""The pulse: Redis is told that a worker lives, and what it is at, from a thread as well."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job, JobStatus
from rq.worker.base import WorkerStatus

from mserve.tasks.counted import WORKER, Counted
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
        self._counted = Counted(queues.redis, WORKER)
        self._id: str | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="heartbeats", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._end.set()
        self._thread.join(timeout=1)
        self._counted.tell_last()

    @contextmanager
    def at(self, job: Job, queue: Queue) -> Iterator[None]:
        """The worker is at the parcel of an RQ job. Raises RedisError."""
        self._id = job.id
        try:
            self._take_up(job, queue)
            yield
        finally:
            self._id = None
        self._lay_down(job)

    def _take_up(self, job: Job, queue: Queue) -> None:
        """All that RQ needs to show it, and to notice that a worker died, in one round trip.

        What is alive is so before it is on no list any more.
        """
        pipeline: Any = self.queues.redis.pipeline(transaction=False)
        self.queues.beat(members(job.id), self.lease, pipeline)
        pipeline.lrem(queue.intermediate_queue_key, 1, job.id)
        known = {"status": JobStatus.STARTED, "worker_name": self.worker.name}
        pipeline.hset(job.key, mapping=known)
        pipeline.expire(job.key, KNOWN)
        shown = {"state": WorkerStatus.BUSY, "current_job": job.id}
        pipeline.hset(self.worker.key, mapping=shown)
        pipeline.execute()

    def _lay_down(self, job: Job) -> None:
        """The job is over, whatever came of it: the tree has that."""
        pipeline: Any = self.queues.redis.pipeline(transaction=False)
        pipeline.delete(job.key)
        pipeline.hset(self.worker.key, "state", WorkerStatus.IDLE)
        pipeline.hdel(self.worker.key, "current_job")
        pipeline.hincrby(self.worker.key, "successful_job_count", 1)
        pipeline.execute()

    def beat(self, id: str) -> None:
        """Raises RedisError."""
        pipeline: Any = self.queues.redis.pipeline(transaction=False)
        self.queues.beat(members(id), self.lease, pipeline)
        pipeline.expire(Job.key_for(id), KNOWN)
        pipeline.execute()

    def _keep(self) -> None:
        while not self._end.wait(self.interval):
            try:
                self.worker.show()
                if (id := self._id) is not None:
                    self.beat(id)
                self._counted.tell()
            except RedisError as fault:
                log.warning("%s: a heartbeat was missed: %s", self._id or "idle", fault)
