"""A worker process, from its start to its end: database, tasks and queue, and waiting for each.

Redis or the database may come later than the worker, go away, and come back.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from redis.exceptions import RedisError
from transaction.interfaces import TransientError
from ZODB.POSException import StorageError

from mserve.conflicts import TALLY
from mserve.database import open_database
from mserve.settings import Settings
from mserve.tasks import ripples
from mserve.tasks.confine import preload
from mserve.tasks.outbox import bind
from mserve.tasks.queue import Queues, connect
from mserve.tasks.registry import TaskRegistry
from mserve.tasks.runner import Runner, Store
from mserve.tasks.worker import Performer, TaskWorker

log = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_PAUSE = 0.1  # seconds
LONGEST_PAUSE = 5.0
AWAY = (RedisError, TransientError, StorageError, ConnectionError)


def run(
    settings: Settings,
    queue: str,
    ready: Callable[[Any], None] | None = None,
    store: Store | None = None,
) -> None:
    """Works on `queue` until SIGTERM, or until so many jobs are done that a new process is due.

    `ready(db)` may refuse the database by raising; `store` is the runner's.
    """
    registry = prepare(settings)
    stop = threading.Event()
    db = patiently("the database", lambda: open_database(settings), stop)
    try:
        if ready is not None:
            ready(db)
        queues = Queues.from_url(settings.redis)
        bind(db, queues)
        ripples.begin(db, queues)
        runner = Runner(db, registry, queues, settings, store=store)
        serve(settings, queue, runner, queues, stop)
    finally:
        log.info("worker %d: %s", os.getpid(), TALLY)
        db.close()


def prepare(settings: Settings) -> TaskRegistry:
    """The tasks, once the environment and what confines them are ready for them; may be repeated.

    Raises SettingsError, DuplicateTask.
    """
    os.environ["MSERVE_IMAGE_PIXELS"] = str(settings.image_pixels)  # tasks know no settings
    os.environ.update(settings.outlets)
    registry = TaskRegistry.load(settings.tasks)
    preload(registry.confined())
    return registry


def serve(
    settings: Settings, queue: str, performer: Performer, queues: Queues, stop: threading.Event
) -> None:
    """Has one worker after another, as often as Redis comes back."""
    left = settings.max_jobs

    def work() -> None:
        nonlocal left
        redis = connect(settings.redis)
        try:
            worker = TaskWorker(queue, performer, queues, settings, redis, stop)
            try:
                worker.serve(left)
            finally:
                left -= worker.performed
        finally:
            redis.close()

    while left > 0 and not stop.is_set():
        patiently("Redis", work, stop)


def patiently(what: str, action: Callable[[], T], stop: threading.Event) -> T:
    """What `action()` returns, once what it needs is there; told once, not each time."""
    pause, told = FIRST_PAUSE, False
    while True:
        began = time.monotonic()
        try:
            return action()
        except AWAY as fault:
            if stop.is_set():
                raise
            if time.monotonic() - began > LONGEST_PAUSE:
                pause, told = FIRST_PAUSE, False  # it had been there for a while
            if not told:
                log.warning("waiting for %s: %s", what, str(fault) or type(fault).__name__)
            told = True
        stop.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
