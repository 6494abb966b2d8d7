"""Steady: RQ's SimpleWorker, made to go on whatever lies in Redis, and to leave when it is gone.

A worker has one queue: RQ recovers what such a worker had taken when it died, of several queues it
would lose it.
"""

import logging
import os
import socket
import time
from contextlib import suppress
from typing import Any
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty
from rq.utils import now

from mserve.tasks.task_job import TaskJob

log = logging.getLogger(__name__)

POLL = 1  # seconds in which an idle worker notices that it should stop
WORKER_TTL = 45  # seconds; with these three RQ notices a dead worker within 95 s, not 808
MAINTENANCE_INTERVAL = 30
MONITORING_INTERVAL = 5
RETRY_PAUSE = 2  # seconds


class NoDeathPenalty(BaseDeathPenalty):
    """The runner sets the time limit, around the task alone; RQ's would break off commits."""

    def setup_death_penalty(self) -> None:
        """Sets nothing."""

    def cancel_death_penalty(self) -> None:
        """Has nothing to cancel."""


class SteadyWorker(SimpleWorker):
    """Takes jobs from one queue. `redis` is the worker's own client: RQ changes its settings."""

    job_class = TaskJob
    death_penalty_class = NoDeathPenalty
    log_result_lifespan = False
    dequeue_timeout = POLL

    def __init__(self, queue: str, redis: Redis) -> None:
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
        self.leaving = False

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
