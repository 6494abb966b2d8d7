"""News of jobs: that something has changed, told by Redis to whoever follows just now.

News only says where to look: the tree is the truth, and what is lost here is seen a while later.
A process has one thread that listens, as long as anybody in it follows anything.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

CHANNEL = "mserve:news"
LINGER = 30.0  # seconds that the thread listens on after the last one has left
TICK = 5.0  # seconds between two looks whether anybody still follows
PAUSE = 1.0  # seconds before Redis is asked again
MOST = 1000  # jobs that one follower is told of at a time


class Change(NamedTuple):
    """That a job has changed, and the ids of what it is done for and of its service."""

    job: str
    node: str
    service: str

    @classmethod
    def of(cls, job: Any) -> "Change":
        return cls(job.id, job.node.id, job.service.id)


def message(changes: Iterable[Iterable[str]]) -> str:
    """What is published: for each job that has changed its id, and those of what it belongs to."""
    return json.dumps([*changes], separators=(",", ":"))


class Follower:
    """Somebody who follows a topic: the id of a job, a file or a service.

    bell: an eventfd, readable when there is news.
    """

    def __init__(self) -> None:
        self.bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._lock = threading.Lock()
        self._jobs: set[str] = set()
        self._all = False

    def tell(self, job: str | None) -> None:
        """That a job has changed; None: any may have."""
        with self._lock:
            if job is None or len(self._jobs) >= MOST:
                self._all = True
            else:
                self._jobs.add(job)
        os.eventfd_write(self.bell, 1)

    def take(self) -> set[str] | None:
        """The jobs that have changed since the last time; None: any may have."""
        try:
            os.eventfd_read(self.bell)
        except BlockingIOError:
            pass
        with self._lock:
            found = None if self._all else self._jobs
            self._jobs, self._all = set(), False
        return found


class News:
    """What Redis tells, handed to the followers in this process.

    heard: whether it would just now; where it is False, look at the tree now and then.
    """

    def __init__(self, redis: Redis) -> None:
        self.heard = False
        self._redis = redis
        self._lock = threading.Lock()
        self._followers: dict[str, set[Follower]] = {}
        self._thread: threading.Thread | None = None
        self._followed = 0.0  # when somebody was seen to follow, by time.monotonic()

    @contextmanager
    def follow(self, topic: str) -> Iterator[Follower]:
        """A follower. Look at the tree then, and when Redis begins to tell, which rings as well."""
        follower = Follower()
        with self._lock:
            self._followers.setdefault(topic, set()).add(follower)
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="news", daemon=True)
                self._thread.start()
        try:
            yield follower
        finally:
            self._leave(topic, follower)

    def _leave(self, topic: str, follower: Follower) -> None:
        with self._lock:
            rest = self._followers[topic]
            rest.discard(follower)
            if not rest:
                del self._followers[topic]
            os.close(follower.bell)

    def _listen(self) -> None:
        while self._needed():
            try:
                self._hear()
            except (RedisError, OSError) as fault:
                level = logging.WARNING if self.heard else logging.DEBUG
                log.log(level, "who follows jobs looks at the tree now and then: %s", fault)
                self._lost()
                time.sleep(PAUSE)

    def _needed(self) -> bool:
        """Whether to listen on; else the thread is gone, and the next follower begins another."""
        with self._lock:
            if self._followers:
                self._followed = time.monotonic()
            elif time.monotonic() - self._followed > LINGER:
                self._thread = None
                self.heard = False
                return False
        return True

    def _hear(self) -> None:
        with self._redis.pubsub() as pubsub:  # type: ignore[no-untyped-call]  # redis
            pubsub.subscribe(CHANNEL)
            while self._needed():
                found = pubsub.get_message(timeout=TICK)
                if found is not None:
                    self._hand_on(found)

    def _hand_on(self, found: Any) -> None:
        """A change; or that Redis tells from now on, while what was before is not known."""
        if found["type"] == "message":
            for job, *others in json.loads(found["data"]):
                self._tell(job, job, *others)
        elif found["type"] == "subscribe":
            self.heard = True
            self._tell(None)

    def _lost(self) -> None:
        if self.heard:
            self.heard = False
            self._tell(None)

    def _tell(self, job: str | None, *topics: str) -> None:
        """The followers of these topics; without any, all."""
        with self._lock:
            for topic in topics or [*self._followers]:
                for follower in self._followers.get(topic, ()):
                    follower.tell(job)
