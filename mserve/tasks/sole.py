"""Sole: of all schedulers one at a time does a chore, by a lock in Redis that ends by itself.

The lock saves work and no more: who holds it for too long, as it hangs or has very much to do,
loses it to another scheduler, and what both do must be right all the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import LockNotOwnedError
from redis.lock import Lock

from mserve.tasks.queue import Queues

MOST = 60.0  # seconds after which another scheduler may begin


@contextmanager
def sole(queues: Queues, name: str, most: float = MOST) -> Iterator[Lock | None]:
    """The lock `name`, held for up to `most` seconds; None where another scheduler has it.

    `owned()` says whether it is held still. It is released at the end by who holds it alone, so
    that the end of one who lost it leaves that of the next one. Raises RedisError.
    """
    lock = queues.redis.lock(name, timeout=most)
    if not lock.acquire(blocking=False):
        yield None
        return
    try:
        yield lock
    finally:
        try:
            lock.release()
        except LockNotOwnedError:
            pass
