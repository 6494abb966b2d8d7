"""What RQ is given of a delivery: a job that carries ids alone, put into its queue once."""

from collections.abc import Iterator
from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus
from rq.scripts import UNIQUE_ENQUEUE_SCRIPT
from rq.serializers import JSONSerializer
from rq.utils import now

from mserve.tasks.delivery import Delivery, Parcel

FUNCTION = "mserve.tasks.worker.perform"
"""The only function that a worker performs; a name, so that pushing does not import the worker."""
FAILURE_TTL = 300  # seconds; the tree knows what failed and why, RQ only for its own tools


def enqueue(pipeline: Any, parcel: Delivery | Parcel, redis: Redis, *, first: bool) -> None:
    """Adds the delivery to what `pipeline` asks; the answer is 0 where RQ has it already."""
    job = _job(parcel, redis)
    keys, end = (job.key, key_of(parcel.queue)), "L" if first else "R"
    pipeline.eval(UNIQUE_ENQUEUE_SCRIPT, 2, *keys, parcel.id, end, -1, *_fields(job))


def _job(parcel: Delivery | Parcel, redis: Redis) -> Job:
    """No time limit: the runner sets the task's own, around the task alone."""
    job = Job.create(
        FUNCTION,
        args=([*parcel.runs], parcel.attempt),
        id=parcel.id,
        origin=parcel.queue,
        description=f"attempt {parcel.attempt} of {', '.join(parcel.runs)}",
        status=JobStatus.QUEUED,
        timeout=-1,
        result_ttl=0,
        failure_ttl=FAILURE_TTL,
        connection=redis,
        serializer=JSONSerializer,
    )
    job.enqueued_at = now()
    return job


def key_of(queue: str) -> str:
    """Of the list in Redis that the queue is."""
    return Queue.redis_queue_namespace_prefix + queue


def _fields(job: Job) -> Iterator[str | bytes]:
    """The job's hash as the script wants it: name, value, name, value…"""
    for name, value in job.to_dict().items():
        if value is not None:
            yield name
            yield value if isinstance(value, (str, bytes)) else str(value)
