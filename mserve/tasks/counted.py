"""Counted: what workers and schedulers have counted comes to Redis, where the web servers see it.

Each of them adds what is new with every sign of life, and at its end. One that is killed loses what
it has counted since then; where Redis is lost all of it begins anew, as with a restart.
"""

from typing import Any

from redis.exceptions import RedisError

from mserve.counts import BETWEEN, COUNTS, NOW, Counts, Values, name_of

COUNTED = "mserve:counts"
"""In Redis: a hash of sums by kind of process, record, and cell."""
WORKER, SCHEDULER = "worker", "scheduler"
TASK = "task"
DONE, FAILED, LATE = "done", "failed", "late"
"""What came of an attempt at a task; late: it had been given up meanwhile."""


class Counted:
    """Of one process of that kind."""

    def __init__(self, redis: Any, kind: str, counts: Counts = COUNTS) -> None:
        self.redis, self.kind, self._counts = redis, kind, counts

    def tell(self) -> None:
        """Adds what is new. Raises RedisError; then the next time tells it."""
        with self._counts.telling:
            found = self._counts.values()
            pipeline = self.redis.pipeline(transaction=True)
            for name, numbers in found.items():
                if not name.startswith(NOW):
                    self._add(pipeline, name, numbers)
            if len(pipeline):
                pipeline.execute()
            self._counts.told = found

    def _add(self, pipeline: Any, name: str, numbers: list[float]) -> None:
        told = self._counts.told.get(name, [0.0] * len(numbers))
        for place, (number, before) in enumerate(zip(numbers, told, strict=True)):
            if number != before:
                field = name_of(self.kind, name, str(place))
                pipeline.hincrbyfloat(COUNTED, field, number - before)

    def tell_last(self) -> None:
        """At the end: where Redis is away, it is lost."""
        try:
            self.tell()
        except RedisError:
            pass


def told(redis: Any) -> Values:
    """All that was told, by kind of process and record. Raises RedisError."""
    found: Values = {}
    for field, number in redis.hgetall(COUNTED).items():
        name, _, place = field.decode().rpartition(BETWEEN)
        numbers = found.setdefault(name, [])
        numbers.extend([0.0] * (int(place) + 1 - len(numbers)))
        numbers[int(place)] = float(number)
    return found


def count_task(task: str, outcome: str, seconds: float) -> None:
    """An attempt at a task of that name has ended."""
    with COUNTS.guard:
        cells = COUNTS.cells(name_of(TASK, task, outcome), 2)
        cells[0] += 1
        cells[1] += seconds
