"""Nodes: the machines that work, the workers on them, and the queues that they empty.

What is told here is what Redis knows. Two things can be asked for: that a queue rests (*paused*),
and that a node takes no more (*drained*); a task that has begun is finished. Both are kept in
Redis, and forgotten with it, after which all work goes on.
"""

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis
from rq import Queue, worker_registration

from mserve.tasks.delivery import members

NODE = socket.gethostname()
PAUSED = "mserve:paused"  # names of queues
DRAINED = "mserve:drained"  # names of nodes


@dataclass(frozen=True)
class WorkerFacts:
    """A worker process; `delivery` is what it is at, `heartbeat` and `born` are RFC 3339."""

    name: str
    node: str
    pid: int
    queue: str
    state: str
    delivery: str | None
    heartbeat: str | None
    born: str | None
    done: int


@dataclass(frozen=True)
class QueueFacts:
    """A queue; `depth` is how many tasks wait in it."""

    name: str
    depth: int
    workers: int
    paused: bool


@dataclass(frozen=True)
class NodeFacts:
    name: str
    drained: bool
    workers: tuple[WorkerFacts, ...]


class Nodes:
    """All nodes of one Redis. Everything raises RedisError where it is away."""

    def __init__(self, redis: Redis) -> None:
        self.redis: Any = redis

    def workers(self) -> list[WorkerFacts]:
        keys = sorted(worker_registration.get_keys(connection=self.redis))
        pipeline = self.redis.pipeline(transaction=False)
        for key in keys:
            pipeline.hgetall(key)
        return [
            _worker(key, found)
            for key, found in zip(keys, pipeline.execute(), strict=True)
            if found
        ]

    def nodes(self) -> list[NodeFacts]:
        """The nodes that have workers, and those that are drained."""
        workers = self.workers()
        drained = self._members(DRAINED)
        return [
            NodeFacts(name, name in drained, tuple(w for w in workers if w.node == name))
            for name in sorted({each.node for each in workers} | drained)
        ]

    def queues(self, names: Iterable[str]) -> list[QueueFacts]:
        """The queues `names`, and all others that have ever been used."""
        paused, workers = self._members(PAUSED), self.workers()
        known = {*names, *(each.name for each in Queue.all(self.redis)), *paused}
        return [
            QueueFacts(
                name,
                self._depth(name),
                sum(each.queue == name for each in workers),
                name in paused,
            )
            for name in sorted(known)
        ]

    def lengths(self, names: Iterable[str]) -> tuple[dict[str, int], set[str], set[str]]:
        """Of the queues `names`, and of all that were ever used, how many deliveries wait; which of
        them are paused; which nodes are drained. Whatever waits, it costs two round trips.
        """
        known = sorted({*names, *(each.name for each in Queue.all(self.redis))})
        pipeline = self.redis.pipeline(transaction=False)
        for key in (PAUSED, DRAINED):
            pipeline.smembers(key)
        for name in known:
            pipeline.llen(Queue.redis_queue_namespace_prefix + name)
        paused, drained, *lengths = pipeline.execute()
        found = dict(zip(known, lengths, strict=True))
        return found, {each.decode() for each in paused}, {each.decode() for each in drained}

    def _depth(self, queue: str) -> int:
        parcels = self.redis.lrange(Queue.redis_queue_namespace_prefix + queue, 0, -1)
        return sum(len(members(id.decode())) for id in parcels)

    def pause(self, queue: str, on: bool) -> None:
        self._mark(PAUSED, queue, on)

    def drain(self, node: str, on: bool) -> None:
        self._mark(DRAINED, node, on)

    def rests(self, queue: str) -> bool:
        """Whether a worker of `queue` on this node is to take nothing."""
        pipeline = self.redis.pipeline(transaction=False)
        pipeline.sismember(PAUSED, queue)
        pipeline.sismember(DRAINED, NODE)
        return any(pipeline.execute())

    def _mark(self, key: str, name: str, on: bool) -> None:
        (self.redis.sadd if on else self.redis.srem)(key, name)

    def _members(self, key: str) -> set[str]:
        return {each.decode() for each in self.redis.smembers(key)}


def _worker(key: str, found: Mapping[bytes, bytes]) -> WorkerFacts:
    known = {name.decode(): value.decode(errors="replace") for name, value in found.items()}
    return WorkerFacts(
        name=key.rpartition(":")[2],
        node=known.get("hostname", ""),
        pid=int(known.get("pid") or 0),
        queue=known.get("queues", ""),
        state=known.get("state", "?"),
        delivery=known.get("current_job") or None,
        heartbeat=known.get("last_heartbeat") or None,
        born=known.get("birth") or None,
        done=int(known.get("successful_job_count") or 0),
    )
