"""The scheduler: sweeps (tasks/sweep.py), and does the chores beside. Any number may run."""

import json
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Event
from typing import Any

from mserve import database
from mserve.settings import Settings
from mserve.tasks import abandoned, process, ripples
from mserve.tasks.counted import SCHEDULER, Counted
from mserve.tasks.outbox import bind
from mserve.tasks.queue import Queues
from mserve.tasks.sweep import Sweep

log = logging.getLogger(__name__)

HEARTBEAT = "mserve:scheduler"
REST = 9.0
"""A sweep over very many tasks is followed by a rest as many times as long."""


@dataclass(frozen=True)
class Chore:
    """What is done beside the sweeps: `action(db, settings, queues)`, each `every` seconds."""

    action: Callable[[Any, Settings, Queues], None]
    every: float


def run(
    settings: Settings,
    chores: Iterable[Chore] = (),
    ready: Callable[[Any], None] | None = None,
) -> None:
    """Sweeps every `settings.sweep_interval` seconds until SIGTERM or SIGINT.

    `chores` are done beside it. `ready(db)` may refuse the database by raising.
    """
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    db = process.patiently("the database", lambda: database.open_database(settings), Event())
    try:
        if ready is not None:
            ready(db)
        queues = Queues.from_url(settings.redis)
        bind(db, queues)
        ripples.begin(db, queues)
        Scheduler(db, queues, settings, chores).run()
    finally:
        db.close()


def _leave(number: int, frame: object) -> None:
    """At any moment: a transaction is there or not, and the next sweep sees what is left."""
    raise SystemExit(0)


class Scheduler:
    """Sweeps one database and does its chores."""

    def __init__(
        self, db: Any, queues: Queues, settings: Settings, chores: Iterable[Chore] = ()
    ) -> None:
        self.db = db
        self.queues = queues
        self.settings = settings
        cleaning = Chore(abandoned.remove_abandoned_files, abandoned.CLEANING_INTERVAL)
        self.chores = dict.fromkeys((cleaning, *chores), 0.0)
        self.interval = settings.sweep_interval
        self.counted = Counted(queues.redis, SCHEDULER)
        self.sweep = Sweep(db, queues)
        self.swept = 0.0  # seconds that the last sweep took
        self.away = False

    def run(self) -> None:
        """Does not return. The sweeps take a tenth of a processor at most."""
        while True:
            began = time.monotonic()
            self.turn()
            took = time.monotonic() - began
            time.sleep(max(self.interval - took, self.swept * REST, 0.0))

    def turn(self) -> None:
        """A sweep that survives whatever happens; that Redis or database are away is told once."""
        try:
            self.announce()
            self.timed_sweep()
            self.do_chores()
        except process.AWAY as fault:
            if not self.away:
                log.warning("no sweeps: %s", str(fault) or type(fault).__name__)
            self.away = True
            self.sweep.missed()
        except Exception:
            log.exception("the sweep failed")
        else:
            if self.away:
                log.info("sweeping again")
            self.away = False

    def announce(self) -> None:
        """Tells that there is a scheduler."""
        facts = {"host": socket.gethostname(), "pid": os.getpid(), "time": time.time()}
        self.counted.tell()
        seconds = max(5.0, 3 * self.interval)
        self.queues.redis.set(HEARTBEAT, json.dumps(facts), px=int(seconds * 1000))

    def timed_sweep(self) -> None:
        began = time.monotonic()
        self.sweep()
        self.swept = time.monotonic() - began

    def do_chores(self) -> None:
        """Does each chore whose time has come."""
        for chore, due in self.chores.items():
            if time.monotonic() >= due:
                chore.action(self.db, self.settings, self.queues)
                self.chores[chore] = time.monotonic() + chore.every
