"""Metrics of queues, workers and schedulers, as Redis knows them. The same on every machine."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from prometheus_client.core import Metric

from mserve.resources import clock
from mserve.settings import Settings
from mserve.tasks.nodes import Nodes, WorkerFacts
from mserve.tasks.scheduler import HEARTBEAT
from mserve.views.metrics.family import gauge, gauges

BUSY, IDLE, DEAD, OTHER = "busy", "idle", "dead", "other"


def families(redis: Any, settings: Settings) -> Iterator[Metric]:
    """Raises RedisError."""
    nodes = Nodes(redis)
    workers = nodes.workers()
    states = Counter((each.node, each.queue, _state(each, settings.lease)) for each in workers)
    yield gauges("mserve_workers", "Worker processes; dead: not heard of for mserve.lease.",
                 ("node", "queue", "state"), states.items())  # fmt: skip
    yield from _queues(nodes, settings)
    yield from _scheduler(redis.get(HEARTBEAT))


def _state(worker: WorkerFacts, lease: float) -> str:
    seen = worker.heartbeat and clock.parse(worker.heartbeat)
    if not seen or clock.now() - seen > lease * clock.SECOND:
        return DEAD
    return worker.state if worker.state in (BUSY, IDLE) else OTHER


def _queues(nodes: Nodes, settings: Settings) -> Iterator[Metric]:
    lengths, paused, drained = nodes.lengths(settings.queues)
    yield gauges(
        "mserve_queue_waiting", "Deliveries that wait for a worker; each is of some tasks.",
        ("queue",), (((name,), length) for name, length in lengths.items()),
    )  # fmt: skip
    yield gauges("mserve_queue_paused", "Whether the queue rests.", ("queue",),
                 (((name,), float(name in paused)) for name in lengths))  # fmt: skip
    yield gauge("mserve_drained_nodes", "Nodes that are to take no more tasks.", len(drained))


def _scheduler(text: bytes | None) -> Iterator[Metric]:
    """The sign of life of the schedulers goes when none gives one for some sweeps."""
    yield gauge("mserve_scheduler_up", "Whether a scheduler has given a sign of life.",
                text is not None)  # fmt: skip
    if text is not None:
        age = max(0.0, time.time() - json.loads(text)["time"])
        yield gauge("mserve_scheduler_heartbeat_age_seconds", "Since that sign of life.", age)
