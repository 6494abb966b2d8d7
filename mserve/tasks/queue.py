"""The queue: deliveries of task runs, over RQ. The tree is the truth; what is lost here is found.

An RQ job carries only the ids (task run, attempt), and its own id is both, so that pushing twice
delivers once. Beside the queues Redis holds two short-lived things: that an attempt is being
worked on, and how far it is.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.command import send_command
from rq.job import Job

from mserve.tasks import rq_job
from mserve.tasks.delivery import Delivery, Parcel, members
from mserve.tasks.news import CHANNEL, Change, message

T = TypeVar("T")

ALIVE = "mserve:alive:"
PROGRESS = "mserve:progress:"
SAID = "mserve:said:"
TOLD_TTL = 3600  # seconds
BATCH = 500  # deliveries or keys in one round trip


def connect(url: str, **options: Any) -> Redis:
    """A Redis client that gives up soon: whoever waits for it has something better to do."""
    settings = {"socket_connect_timeout": 1.0, "socket_timeout": 5.0} | options
    return Redis.from_url(url, retry=Retry(NoBackoff(), 1), **settings)


class Queues:
    """All queues of one Redis. Everything but `ping` raises RedisError where Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.away_until = 0.0  # by time.monotonic(): nobody waits again for a Redis that hangs

    @classmethod
    def from_url(cls, url: str) -> "Queues":
        return cls(connect(url))

    def push(
        self,
        parcels: Iterable[Delivery | Parcel],
        *,
        first: bool = False,
        changes: Collection[Change] = (),
    ) -> set[str]:
        """Delivers, and returns the ids of deliveries that were new; a round trip for each batch.

        `first`: to the head of the queue, before all that wait.

        `changes` are told with the first one. RQ's own `enqueue(unique=True)` costs two round trips
        a job; its script is pipelined instead.
        """
        new: set[str] = set()
        for batch in _batches(parcels):
            pipeline = self.redis.pipeline(transaction=False)
            pipeline.sadd(Queue.redis_queues_keys, *{rq_job.key_of(each.queue) for each in batch})
            for each in batch:
                rq_job.enqueue(pipeline, each, self.redis, first=first)
            if changes:
                pipeline.publish(CHANNEL, message(changes))
                changes = ()
            answers = pipeline.execute()[1 : 1 + len(batch)]
            for each, pushed in zip(batch, answers, strict=True):
                new.update(members(each.id) if pushed else ())
        if changes:
            self.redis.publish(CHANNEL, message(changes))
        return new

    def waiting(self, queue: str) -> set[str]:
        """Ids of deliveries that wait in the queue for any worker to take them.

        Those in RQ's intermediate queue, where a job is for the moment between being taken and
        being alive, do not count: one that stays there was taken by a worker that died.
        """
        ids: Any = self.redis.lrange(rq_job.key_of(queue), 0, -1)
        return {each for id in ids for each in members(id.decode())}

    def stop(self, worker: str, delivery: Delivery) -> None:
        """Tells a worker to end what it is at, if that is this delivery."""
        send_command(self.redis, worker, "stop-job", job_id=delivery.id)

    def forget(self, id: str) -> None:
        """Lets RQ's record of a lost delivery expire: where it is on no list, RQ would keep it."""
        self.redis.expire(Job.key_for(id), rq_job.FAILURE_TTL)

    def beat(self, ids: Iterable[str], seconds: float, redis: Any = None) -> None:
        """Tells that the attempts `ids` are being worked on, and for how long to believe it.

        `redis` may be a pipeline.
        """
        for id in ids:
            (redis or self.redis).set(ALIVE + id, 1, px=max(1, int(seconds * 1000)))

    def alive(self, ids: Collection[str]) -> set[str]:
        """Those of `ids` that are being worked on."""
        return {id for id, value in self._values(ALIVE, ids) if value is not None}

    def progress(self, run: str, fraction: float, words: str) -> None:
        """Tells how far a task run is, from 0 to 1; the caller sees that it is not too often."""
        self._tell(run, PROGRESS, json.dumps([fraction, words]))

    def say(self, run: str, said: str) -> None:
        """Tells the end of what a task run has said so far; as `progress`."""
        self._tell(run, SAID, said)

    def _tell(self, run: str, prefix: str, what: str) -> None:
        """To those who follow the run's job, and who come within TOLD_TTL."""
        pipeline = self.redis.pipeline(transaction=False)
        pipeline.set(prefix + run, what, ex=TOLD_TTL)
        pipeline.publish(CHANNEL, message([[run.partition("-")[0]]]))
        pipeline.execute()

    def read_progress(self, runs: Collection[str]) -> dict[str, tuple[float, str]]:
        """Fraction and words of those `runs` that have told any."""
        found = {run: value for run, value in self._values(PROGRESS, runs) if value is not None}
        return {run: tuple(json.loads(value)) for run, value in found.items()}

    def read_said(self, runs: Collection[str]) -> dict[str, str]:
        """What those `runs` have said so far, of those that have said anything."""
        found = ((run, value) for run, value in self._values(SAID, runs) if value)
        return {run: value.decode(errors="replace") for run, value in found}

    def _values(self, prefix: str, ids: Iterable[str]) -> Iterator[tuple[str, Any]]:
        for batch in _batches(ids):
            values: Any = self.redis.mget([prefix + id for id in batch])
            yield from zip(batch, values, strict=True)

    def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self.redis.ping())
        except RedisError:
            return False


def _batches(things: Iterable[T]) -> Iterator[Sequence[T]]:
    rest = iter(things)
    while batch := tuple(islice(rest, BATCH)):
        yield batch
