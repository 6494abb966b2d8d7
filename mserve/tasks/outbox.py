"""The outbox: what a transaction makes due, and what it changes, leaves once it is committed."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from redis.exceptions import RedisError

from mserve.tasks.delivery import Delivery, pack
from mserve.tasks.news import Change
from mserve.tasks.queue import Queues

log = logging.getLogger(__name__)

AWAY = 2.0  # seconds
_bound: WeakKeyDictionary[Any, Queues] = WeakKeyDictionary()


def bind(db: Any, queues: Queues) -> None:
    """Says where what becomes due in the database `db` is pushed."""
    _bound[db] = queues


@dataclass(frozen=True)
class Outbox:
    """What leaves after the commit of a transaction; a job is told of once."""

    deliveries: list[Delivery] = field(default_factory=list)
    changes: dict[str, Change] = field(default_factory=dict)


def after_commit(
    transaction: Any,
    db: Any,
    deliveries: Sequence[Delivery] = (),
    changes: Sequence[Change] = (),
) -> None:
    """Once `transaction` is committed, pushes all that it made due and tells of all that it
    changed, in one round trip.

    Where no queues are bound, nothing is pushed.
    """
    queues = _bound.get(db)
    if queues is None or not (deliveries or changes):
        return
    try:
        outbox = transaction.data(queues)
    except KeyError:
        outbox = Outbox()
        transaction.set_data(queues, outbox)
        transaction.addAfterCommitHook(_push_if_committed, (queues, outbox))
    outbox.deliveries.extend(deliveries)
    outbox.changes.update((each.job, each) for each in changes)


def _push_if_committed(committed: bool, queues: Queues, outbox: Outbox) -> None:
    """Never raises: what is due stays due in the tree, and a sweep delivers it."""
    if not committed or time.monotonic() < queues.away_until:
        return
    try:
        queues.push(pack(outbox.deliveries), changes=outbox.changes.values())
    except RedisError as fault:
        queues.away_until = time.monotonic() + AWAY
        log.warning("tasks wait for the next sweep, pushing again in %g s: %s", AWAY, fault)


def stop_after_commit(transaction: Any, db: Any, stops: Sequence[tuple[str, Delivery]]) -> None:
    """Tells workers to end these deliveries once `transaction` is committed."""
    queues = _bound.get(db)
    if queues is not None and stops:
        transaction.addAfterCommitHook(_stop_if_committed, (queues, stops))


def _stop_if_committed(
    committed: bool, queues: Queues, stops: Sequence[tuple[str, Delivery]]
) -> None:
    """Never raises: who is not told works in vain, as its attempt has ended in the tree."""
    try:
        for worker, delivery in stops if committed else ():
            queues.stop(worker, delivery)
    except RedisError as fault:
        log.warning("tasks that were cancelled run on: %s", fault)
