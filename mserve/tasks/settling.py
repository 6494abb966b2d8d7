"""Settling: what was spent of budgets, and when keys were used, goes from Redis into the tree.

The sums only grow, and the larger ones are the later ones. So a scheduler that dies between its
commit and its word to Redis does no harm, nor do two at once: the next one finds the same sums.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from mserve import database, scripts
from mserve.resources.ledger import Counter, Sums, find_owner, ledger_of
from mserve.settings import Settings
from mserve.spending import KINDS, SPENT, UNSETTLED
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole

SETTLING = "mserve:settling"
BATCH = 100  # counters in one transaction


class State(NamedTuple):
    """What Redis has of a counter."""

    owner: str
    counter: Counter


def settle(db: Any, settings: Settings, queues: Queues) -> None:
    """Settles all counters that were charged, unless another scheduler is at it."""
    with sole(queues, SETTLING) as lock:
        if lock is not None:
            redis: Any = queues.redis
            names = [name.decode() for name in redis.smembers(UNSETTLED)]
            for start in range(0, len(names), BATCH):
                _settle(db, redis, names[start : start + BATCH])


def _settle(db: Any, redis: Any, names: Sequence[str]) -> None:
    settled = database.run(db, partial(_join, read(redis, names)))
    script = redis.register_script(scripts.SETTLE)
    for name in names:
        script(keys=[SPENT + name, UNSETTLED], args=[name, *_fields(settled.get(name, {}))])


def read(redis: Any, names: Iterable[str]) -> dict[str, State]:
    """The counters that Redis has, by their names."""
    names = [*names]
    pipeline = redis.pipeline(transaction=False)
    for name in names:
        pipeline.hgetall(SPENT + name)
    found = zip(names, pipeline.execute(), strict=True)
    return {name: state(fields) for name, fields in found if fields}


def state(fields: Mapping[bytes, bytes]) -> State:
    """Of a counter's hash."""
    known = {kind: (f"{kind}+".encode(), f"{kind}-".encode()) for kind in KINDS}
    counter = {
        kind: Sums(int(fields.get(plus, 0)), int(fields.get(minus, 0)))
        for kind, (plus, minus) in known.items()
        if plus in fields
    }
    return State(fields[b"owner"].decode(), counter)


def _join(states: Mapping[str, State], site: Any) -> dict[str, Counter]:
    """What the tree has of each by now; of keys that are gone nothing is kept."""
    return {
        name: ledger_of(key).join(name, each.counter)
        for name, each in states.items()
        if (key := find_owner(site, each.owner)) is not None
    }


def _fields(counter: Counter) -> list[str]:
    return [
        word
        for kind, (charged, refunded) in counter.items()
        for word in (f"{kind}+", str(charged), f"{kind}-", str(refunded))
    ]
