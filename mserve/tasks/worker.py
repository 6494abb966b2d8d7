"""The worker: RQ's SimpleWorker, made to beat, to stop, and to perform deliveries and nothing else.

A worker has one queue: RQ recovers what such a worker had taken when it died, of several queues it
would lose it. Nothing is raised into a running worker from outside but into the task itself: a
worker that should stop finishes what it has taken, and notices within a second when it has nothing.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import Any, Protocol
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.command import parse_payload
from rq.exceptions import DequeueTimeout, DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty
from rq.utils import now
from rq.worker.base import WorkerStatus

from mserve.settings import Settings
from mserve.tasks.interrupt import Interrupts
from mserve.tasks.nodes import Nodes
from mserve.tasks.pulse import Pulse
from mserve.tasks.queue import Queues
from mserve.tasks.task_job import ForeignJob, TaskJob

log = logging.getLogger(__name__)

POLL = 1  # seconds in which an idle worker notices that it should stop
WORKER_TTL = 45  # seconds; with these three RQ notices a dead worker within 95 s, not 808
MAINTENANCE_INTERVAL = 30
MONITORING_INTERVAL = 5
RETRY_PAUSE = 2  # seconds


class Performer(Protocol):
    """What performs deliveries: a Runner. It is told the name of the worker that has it."""

    worker: str
    interrupts: Interrupts

    def perform(self, runs: Sequence[str], attempt: int) -> bool: ...


class NoDeathPenalty(BaseDeathPenalty):
    """The runner sets the time limit, around the task alone; RQ's would break off commits."""

    def setup_death_penalty(self) -> None:
        """Sets nothing."""

    def cancel_death_penalty(self) -> None:
        """Has nothing to cancel."""


class TaskWorker(SimpleWorker):
    """Takes deliveries from one queue and has `performer` perform them, one at a time.

    `redis` is the worker's own client: RQ changes its settings. `stop` is shared by the workers
    that one process may have one after another.
    """

    job_class = TaskJob
    death_penalty_class = NoDeathPenalty
    log_result_lifespan = False
    dequeue_timeout = POLL

    def __init__(
        self,
        queue: str,
        performer: Performer,
        queues: Queues,
        settings: Settings,
        redis: Redis,
        stop: threading.Event,
    ) -> None:
        super().__init__(
            [queue],
            name=f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}",
            connection=redis,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL,
            maintenance_interval=MAINTENANCE_INTERVAL,
            job_monitoring_interval=MONITORING_INTERVAL,
            log_job_description=False,
        )
        self.performer = performer
        self.performer.worker = self.name
        self.pulse = Pulse(self, queues, settings.heartbeat, settings.lease)
        self.stop = stop
        self.performed = 0
        self.leaving = False
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

    def take(self) -> tuple[Job, Queue] | None:
        """The next job, waited for a short while."""
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()
        try:
            return self.queue_class.dequeue_any(
                self.queues,
                POLL,
                connection=self.connection,
                job_class=self.job_class,
                serializer=self.serializer,
                death_penalty_class=self.death_penalty_class,
            )
        except DequeueTimeout:
            return None
        except RedisError:
            raise
        except Exception as fault:  # RQ tells what it could not read
            self.discard(getattr(fault, "job_id", ""), fault)
            return None

    def discard(self, id: str, fault: Exception) -> None:
        """Takes what nobody can read out of the way."""
        log.error("the job %r on %s cannot be read: %r", id, self.queues[0].name, fault)
        self.queues[0].intermediate_queue.remove(id)

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

    def show(self) -> None:
        """That it lives, as RQ tells it; where Redis has forgotten the worker, all of it."""
        if self.connection.exists(self.key):
            self.heartbeat()
        else:
            self.register_birth()  # type: ignore[no-untyped-call]  # rq

    def run_maintenance_tasks(self) -> None:
        """Cleans RQ's records; what stands there can't keep the worker from working."""
        try:
            self.clean_registries()  # type: ignore[no-untyped-call]  # rq
        except RedisError:
            raise
        except Exception:
            log.exception("RQ's records of %s could not be cleaned", self.queues[0].name)
        self.last_cleaned_at = now()  # type: ignore[assignment]  # rq declares None

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

    def _pubsub_exception_handler(self, exc: Exception, pubsub: Any, pubsub_thread: Any) -> None:
        """RQ's ends the thread on what it does not know, and with it the worker's ear."""
        if self.leaving:
            return
        log.warning("command channel: %s", exc)
        time.sleep(RETRY_PAUSE)

    def teardown(self) -> None:
        """Says good-bye, if there is anybody to hear it."""
        self.pulse.end()
        with suppress(RedisError):
            self.register_death()  # type: ignore[no-untyped-call]  # rq
        self.leaving = True
        commands: Any = self.pubsub_thread
        if commands is not None:
            commands.stop()
        with suppress(RedisError):
            self.unsubscribe()  # type: ignore[no-untyped-call]  # rq
