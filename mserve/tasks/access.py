"""Access: content that was requested has its service's `access` workflow run, after the answer.

A web process notes the file in Redis, once for each file and window, and a scheduler starts the
job. Who reads waits for neither: the note is made by a thread of its own, and a note that is lost
with Redis is lost. Where the workflow is empty nothing is written at all.
"""

import logging
from collections import deque
from functools import partial
from typing import Any, NamedTuple

from redis.exceptions import RedisError
from redis.lock import Lock

from mserve import database
from mserve.resources.mfile import Mfile
from mserve.settings import Settings
from mserve.tasks import engine
from mserve.tasks.bell import Bell
from mserve.tasks.queue import Queues
from mserve.tasks.sole import sole

log = logging.getLogger(__name__)

SEEN = "mserve:accessed:"
WAITING = "mserve:access"  # ids of files whose job is to start
STARTING = "mserve:access-starting"
BATCH = 100  # files in one transaction
KEPT = 10_000  # notes that wait for Redis


class Note(NamedTuple):
    """A file that was read, and for how many seconds no other job is to start by that."""

    id: str
    window: int


class Accesses:
    """The notes of one process."""

    def __init__(self, queues: Queues) -> None:
        self.queues = queues
        self._notes: deque[Note] = deque(maxlen=KEPT)
        self._bell = Bell("access", self._tell)

    def end(self) -> None:
        """What is noted is told no more."""
        self._bell.end()

    def note(self, mfile: Mfile) -> None:
        """The file's content is being sent."""
        workflow = _workflow(mfile)
        if workflow.sets:
            self._notes.append(Note(mfile.id, workflow.window))
            self._bell.ring()

    def _tell(self) -> None:
        while self._notes:
            self._tell_one(self._notes.popleft())

    def _tell_one(self, note: Note) -> None:
        redis = self.queues.redis
        try:
            if redis.set(SEEN + note.id, 1, nx=True, ex=note.window):
                redis.rpush(WAITING, note.id)
        except RedisError as fault:
            log.warning("a job by an access is not started: %s", fault)


def _workflow(mfile: Any) -> Any:
    service = mfile.find("service")
    return service.profiles[service.profile].workflows["access"]


def start_accessed(db: Any, settings: Settings, queues: Queues) -> None:
    """Starts the jobs of files that were read, unless another scheduler is at it."""
    began = True
    while began and queues.redis.llen(WAITING):
        with sole(queues, STARTING) as lock:
            began = lock is not None
            if lock is not None:
                _start_batch(db, queues, lock)


def _start_batch(db: Any, queues: Queues, lock: Lock) -> None:
    """What was started is taken off the list, unless who has the lock by now does that."""
    redis: Any = queues.redis
    ids = [id.decode() for id in redis.lrange(WAITING, 0, BATCH - 1)]
    database.run(db, partial(_start, ids))
    if lock.owned():
        redis.ltrim(WAITING, len(ids), -1)


def _start(ids: list[str], site: Any) -> None:
    for id in dict.fromkeys(ids):
        mfile = site.ids.get(id)
        if isinstance(mfile, Mfile) and mfile.in_tree and mfile.find("service") is not None:
            engine.start(mfile, "access")
