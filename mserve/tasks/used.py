"""When keys were used: noted in memory, told to Redis by a thread, settled by schedulers.

So no request waits for a note, and nothing is written to the tree as often as it is read. A note
that is lost with Redis is lost.
"""

import logging
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from redis.exceptions import RedisError

from mserve import database
from mserve.resources import clock
from mserve.resources.key import Key
from mserve.resources.ledger import find_owner, ledger_of, owner_of
from mserve.settings import Settings
from mserve.tasks.bell import Bell
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole

log = logging.getLogger(__name__)

USED = "mserve:used"  # owners by when they were used (µs)
SETTLING = "mserve:used-settling"
REST = 2.0  # seconds between two words of one process to Redis
BATCH = 100  # keys in one transaction
TAKE_OFF = """
for i = 1, #ARGV, 2 do
  local moment = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if moment and tonumber(moment) == tonumber(ARGV[i + 1]) then
    redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
"""
"""[(owner, moment)…]: takes off those that were not used again meanwhile."""


class Uses:
    """The notes of one process."""

    def __init__(self, queues: Queues, rest: float = REST) -> None:
        self.queues = queues
        self._moments: dict[str, int] = {}
        self._bell = Bell("used", self._tell, rest)

    def end(self) -> None:
        """What is noted is told no more."""
        self._bell.end()

    def note(self, key: Key) -> None:
        """The key is used now."""
        self._moments[owner_of(key)] = clock.now()
        self._bell.ring()

    def _tell(self) -> None:
        self._tell_all(dict(self._taken()))

    def _taken(self) -> Iterator[tuple[str, int]]:
        while self._moments:
            yield self._moments.popitem()

    def _tell_all(self, moments: dict[str, int]) -> None:
        try:
            self.queues.redis.zadd(USED, moments, gt=True)
        except RedisError as fault:
            log.info("not told when %d keys were used: %s", len(moments), fault)
            for owner, moment in moments.items():
                self._moments.setdefault(owner, moment)
            self._bell.ring()


def settle_used(db: Any, settings: Settings, queues: Queues) -> None:
    """Settles when keys were used, unless another scheduler is at it."""
    with sole(queues, SETTLING) as lock:
        if lock is None:
            return
        redis: Any = queues.redis
        script = redis.register_script(TAKE_OFF)
        notes = [(owner.decode(), int(moment)) for owner, moment in redis.zscan_iter(USED)]
        for start in range(0, len(notes), BATCH):
            batch = notes[start : start + BATCH]
            database.run(db, partial(_note, batch))
            script(keys=[USED], args=[word for note in batch for word in note])


def _note(batch: Sequence[tuple[str, int]], site: Any) -> None:
    for owner, moment in batch:
        key = find_owner(site, owner)
        if key is not None:
            ledger_of(key).note_use(moment)
