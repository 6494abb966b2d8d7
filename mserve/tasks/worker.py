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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Protocol
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty
from rq.utils import now
from rq.worker.base import WorkerStatus

from mserve.settings import Settings
from mserve.tasks.interrupt import Interrupts
from mserve.tasks.nodes import Nodes
from mserve.tasks.queue import FUNCTION, Queues

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

    def perform(self, run_id: str, attempt: int) -> bool: ...


class ForeignJob(Exception):
    """Something stands in the queue that mserve did not put there."""


class TaskJob(Job):
    """An RQ job that is data: nothing that stands in its hash is imported, called or unpickled."""

    success_callback = failure_callback = stopped_callback = None
    performer: Performer | None = None

    def __init__(self, id: str | None = None, connection: Any = None, serializer: Any = None):
        super().__init__(id, connection, JSONSerializer)

    def restore(self, raw_data: Any) -> None:
        super().restore(raw_data)
        self.webhooks = []

    @property
    def func(self) -> Any:
        raise ForeignJob(f"{self.id}: no function is imported by its name")

    def delivery(self) -> tuple[str, int]:
        """Task run and attempt; raises ForeignJob where the job is anything else."""
        if self.func_name == FUNCTION and not self.kwargs and len(self.args) == 2:
            run, attempt = self.args
            if isinstance(run, str) and type(attempt) is int and self.id == f"{run}-{attempt}":
                return run, attempt
        raise ForeignJob(f"{self.id}: only {FUNCTION} is performed, not {self.func_name!r}")

    def _execute(self) -> None:
        assert self.performer is not None
        self.performer.perform(*self.delivery())


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
        self.liveness = queues
        self.interval = settings.heartbeat
        self.lease = settings.lease
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
            while self.performed < max_jobs and not self.stop.is_set():
                self.check_for_suspension(burst=False)
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
            self.resting = self.nodes.rests(self.queues[0].name)
        if self.resting:
            self.heartbeat()
            self.stop.wait(POLL)
        return self.resting

    def take(self) -> tuple[Job, Queue] | None:
        """The next job, waited for a short while."""
        self.heartbeat()
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
        """Performs in this process; alive before RQ's bookkeeping takes the job off its list."""
        assert isinstance(job, TaskJob)
        job.performer = self.performer
        self.liveness.beat(job.id, self.lease)
        execution = self.prepare_execution(job)
        with self.heartbeats(job, execution):
            self.perform_job(job, queue, execution)
        self.set_state(WorkerStatus.IDLE)

    @contextmanager
    def heartbeats(self, job: Job, execution: Execution) -> Iterator[None]:
        """A thread that keeps the attempt alive, and RQ's records of job and worker."""
        done = threading.Event()

        def keep() -> None:
            while not done.wait(self.interval):
                try:
                    self.liveness.beat(job.id, self.lease)
                    self.maintain_heartbeats(job, execution)
                except RedisError as fault:
                    log.warning("%s: a heartbeat was missed: %s", job.id, fault)

        thread = threading.Thread(target=keep, name="heartbeats", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join(timeout=1)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Seconds; SimpleWorker takes the job's time limit, since it has no heartbeats."""
        return MONITORING_INTERVAL + 60

    def run_maintenance_tasks(self) -> None:
        """Cleans RQ's records; what stands there can't keep the worker from working."""
        try:
            self.clean_registries()  # type: ignore[no-untyped-call]  # rq
        except RedisError:
            raise
        except Exception:
            log.exception("RQ's records of %s could not be cleaned", self.queues[0].name)
        self.last_cleaned_at = now()  # type: ignore[assignment]  # rq declares None

    def kill_horse(self, sig: signal.Signals = signal.SIGUSR1) -> None:
        """Ends the job that was just asked to be stopped; called by RQ's command thread."""
        if self._stopped_job_id is not None:
            self.performer.interrupts.stop(self._stopped_job_id)

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
        with suppress(RedisError):
            self.register_death()  # type: ignore[no-untyped-call]  # rq
        self.leaving = True
        commands: Any = self.pubsub_thread
        if commands is not None:
            commands.stop()
        with suppress(RedisError):
            self.unsubscribe()  # type: ignore[no-untyped-call]  # rq
