"""The worker: made to beat, to stop, and to perform deliveries and nothing else.

Nothing is raised into a running worker from outside but into the task itself: a worker that should
stop finishes what it has taken, and notices within a second when it has nothing.
"""

import logging
import signal
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any, Protocol

from redis import Redis
from rq import Queue
from rq.command import parse_payload
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.worker.base import WorkerStatus

from mserve.settings import Settings
from mserve.tasks.interrupt import Interrupts
from mserve.tasks.nodes import Nodes
from mserve.tasks.pulse import Pulse
from mserve.tasks.queue import Queues
from mserve.tasks.steady import POLL, SteadyWorker
from mserve.tasks.task_job import ForeignJob, TaskJob

log = logging.getLogger(__name__)


class Performer(Protocol):
    """What performs deliveries: a Runner. It is told the name of the worker that has it."""

    worker: str
    interrupts: Interrupts

    def perform(self, runs: Sequence[str], attempt: int) -> bool: ...


class TaskWorker(SteadyWorker):
    """Takes deliveries from one queue and has `performer` perform them, one at a time.

    `redis` is the worker's own client: RQ changes its settings. `stop` is shared by the workers
    that one process may have one after another.
    """

    def __init__(
        self,
        queue: str,
        performer: Performer,
        queues: Queues,
        settings: Settings,
        redis: Redis,
        stop: threading.Event,
    ) -> None:
        super().__init__(queue, redis)
        self.performer = performer
        self.performer.worker = self.name
        self.pulse = Pulse(self, queues, settings.heartbeat, settings.lease)
        self.stop = stop
        self.performed = 0
        self.nodes = Nodes(redis)
        self.resting, self.look_again = False, 0.0  # by time.monotonic()

    def serve(self, max_jobs: int) -> None:
        """Performs up to `max_jobs` deliveries, or until told to stop; raises RedisError."""
        self.bootstrap("WARNING")
        self._install_signal_handlers()
        try:
            self.set_state(WorkerStatus.IDLE)
            self.pulse.begin()
            while self.performed < max_jobs and not self.stop.is_set():
                if self.rests():
                    continue
                taken = self.take()
                if taken is not None:
                    self.execute_job(*taken)
                    self.performed += 1
        finally:
            self.teardown()

    def rests(self) -> bool:
        """Whether its queue is paused or its node drained; then it has waited a while."""
        if time.monotonic() >= self.look_again:
            self.look_again = time.monotonic() + POLL
            self.check_for_suspension(burst=False)
            self.resting = self.nodes.rests(self.queues[0].name)
        if self.resting:
            self.stop.wait(POLL)
        return self.resting

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Performs in this process. What is none of mserve's is failed as RQ does it."""
        assert isinstance(job, TaskJob)
        try:
            parcel = job.parcel()
        except (ForeignJob, DeserializationError):
            super().execute_job(job, queue)
            return
        with self.pulse.at(job, queue):
            try:
                self.performer.perform(*parcel)
            except Exception:  # the tree was away for too long; a sweep finds what is due in it
                log.exception("%s was not performed", job.id)

    def handle_payload(self, message: Any) -> None:
        """In RQ's command thread. RQ would compare with the id of its job, which may be several."""
        payload = parse_payload(message)
        if payload.get("command") == "stop-job":
            self.performer.interrupts.stop(str(payload.get("job_id")))
        else:
            super().handle_payload(message)  # type: ignore[no-untyped-call]  # rq

    def _install_signal_handlers(self) -> None:
        signal.signal(signal.SIGTERM, self.request_stop)
        signal.signal(signal.SIGINT, self.request_stop)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Warm shutdown; a second signal changes nothing, since a group may be told together."""
        self._stop_requested = True
        self.stop.set()

    def teardown(self) -> None:
        """Says good-bye, if there is anybody to hear it."""
        self.pulse.end()
        super().teardown()
