"""Checks of what does the work: Redis, schedulers, workers and queues."""

import json
import time
from collections.abc import Iterator
from typing import Any

from mserve.resources import clock
from mserve.settings import Settings
from mserve.tasks.nodes import Nodes, WorkerFacts
from mserve.tasks.scheduler import HEARTBEAT
from mserve.views.html.languages import _
from mserve.views.status.check import FINE, LOOK, WRONG, Check, days, size

REDIS = _("Redis")
KEEPING = "noeviction"


def away() -> Check:
    return Check(
        REDIS, WRONG, _("does not answer"),
        _("Start it, or see to mserve.redis in the ini. Tasks wait until then, nobody can log in,"
          " and nothing is lost: a scheduler delivers what is due again."),
    )  # fmt: skip


def redis(client: Any) -> Check:
    """Whether it keeps what it is given. Raises RedisError."""
    info = client.info()
    values = {"version": info.get("redis_version", "?"), "size": size(info.get("used_memory", 0))}
    drops = info.get("maxmemory") and info.get("maxmemory_policy") != KEEPING
    if drops or not info.get("aof_enabled"):
        return Check(
            REDIS, LOOK,
            _("version %(version)s, %(size)s of memory; it may forget what it was given"),
            _("Set `appendonly yes` and `maxmemory-policy noeviction` in its configuration. Jobs"
              " are not lost without, but sessions of people and what was read are."), values,
        )  # fmt: skip
    return Check(REDIS, FINE, _("version %(version)s, %(size)s of memory"), values=values)


def checks(registry: Any) -> Iterator[Check]:
    """Raises RedisError."""
    nodes, settings = Nodes(registry.queues.redis), registry.mserve
    alive = [each for each in nodes.workers() if not _is_dead(each, settings)]
    yield _scheduler(registry.queues.redis.get(HEARTBEAT))
    yield _workers(alive)
    yield _queues(nodes, settings, {each.queue for each in alive})


def _is_dead(worker: WorkerFacts, settings: Settings) -> bool:
    seen = worker.heartbeat and clock.parse(worker.heartbeat)
    return not seen or clock.now() - seen > 2 * settings.lease * clock.SECOND


def _scheduler(text: bytes | None) -> Check:
    if text is None:
        return Check(
            _("Scheduler"), WRONG, _("none has given a sign of life"),
            _("Start `mserve scheduler`, or see to its log. Without one nothing starts by the"
              " clock, usage is not booked, and what is lost between tree and queue is not found."),
        )  # fmt: skip
    told = json.loads(text)
    values = {"host": told["host"], "age": days(max(0.0, time.time() - told["time"]))}
    return Check(_("Scheduler"), FINE, _("on %(host)s, heard of %(age)s ago"), values=values)


def _workers(alive: list[WorkerFacts]) -> Check:
    values = {"number": len(alive), "nodes": len({each.node for each in alive})}
    if not alive:
        return Check(
            _("Workers"), WRONG, _("no worker is there: tasks wait"),
            _("Start some: `mserve worker production.ini normal=2`."),
        )  # fmt: skip
    return Check(_("Workers"), FINE, _("processes: %(number)s; nodes: %(nodes)s"), values=values)


def _queues(nodes: Nodes, settings: Settings, served: set[str]) -> Check:
    lengths, paused, drained = nodes.lengths(settings.queues)
    waiting = sum(lengths.values())
    left = sorted(name for name, number in lengths.items() if number and name not in served)
    values = {
        "waiting": waiting, "names": ", ".join(left),
        "resting": ", ".join(sorted(paused | drained)),
    }  # fmt: skip
    if left:
        return Check(
            _("Queues"), WRONG, _("%(waiting)s deliveries wait, and nobody empties: %(names)s"),
            _("Start workers for these queues, or name another queue in the profile."), values,
        )  # fmt: skip
    if paused or drained:
        return Check(
            _("Queues"), LOOK, _("%(waiting)s deliveries wait; at rest are: %(resting)s"),
            _("Let them go on at “Nodes and queues” once they may."), values,
        )  # fmt: skip
    return Check(_("Queues"), FINE, _("%(waiting)s deliveries wait"), values=values)
