"""The scheduler: sweeps up what was lost between the tree and the queue. Any number may run.

A delivery is *absent* when it neither waits in its queue nor is alive. For each of the two indexes
of the tree the sweep decides so:

- **due** (no worker has claimed it) and absent: it is pushed. Pushing is idempotent: RQ refuses an
  id that it knows. What is new to RQ was never pushed (Redis was away, its pause has just ended) or
  was lost with Redis, and is now delivered as the attempt that it is. What RQ knows and yet neither
  has waiting nor alive was taken by a worker that died before it claimed: a *suspect*.
- **running** beyond its lease and not alive: a suspect. The lease alone proves nothing, since it is
  not renewed in the tree; the heartbeat in Redis says whether there is still a worker.

Who is a suspect on two sweeps running is given up: requeued as the next attempt. One sweep is not
enough, since tree and Redis are not read at the same moment, and since heartbeats need a while to
come back when Redis was lost. Whatever is decided wrongly does no harm but wasted work: an attempt
that has been given up can claim and finish nothing, and a delivery too many finds nothing to claim.

Then each job whose current set has ended is advanced: a worker may have died between the two.
"""

import json
import logging
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from mserve import database
from mserve.resources import clock
from mserve.settings import Settings
from mserve.tasks import attempts, engine, outlook, process, ripples
from mserve.tasks.counted import SCHEDULER, Counted
from mserve.tasks.delivery import Delivery, pack
from mserve.tasks.outbox import bind
from mserve.tasks.queue import Queues

log = logging.getLogger(__name__)

HEARTBEAT = "mserve:scheduler"
REST = 9.0
"""A sweep over very many tasks is followed by a rest as many times as long."""
CLEANING_INTERVAL = 3600.0  # seconds
ABANDONED = 86_400.0  # seconds without a change, after which a temporary file is nobody's


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
    """Sweeps one database; remembers the suspects of its last sweep."""

    def __init__(
        self, db: Any, queues: Queues, settings: Settings, chores: Iterable[Chore] = ()
    ) -> None:
        self.db = db
        self.queues = queues
        self.settings = settings
        cleaning = Chore(remove_abandoned_files, CLEANING_INTERVAL)
        self.chores = dict.fromkeys((cleaning, *chores), 0.0)
        self.interval = settings.sweep_interval
        self.counted = Counted(queues.redis, SCHEDULER)
        self.suspects: set[Delivery] = set()
        self.looked_at: str | None = None
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
            self.sweep()
            self.do_chores()
        except process.AWAY as fault:
            if not self.away:
                log.warning("no sweeps: %s", str(fault) or type(fault).__name__)
            self.away = True
            self.suspects = set()  # two sweeps running, that is with nothing missed between them
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

    def sweep(self) -> None:
        began = time.monotonic()
        now, after = clock.now(), self.looked_at
        seen = database.run(self.db, lambda site: outlook.look(site, now, after))
        self.looked_at = seen.last
        suspects = {*self.push_absent(seen.due), *self.not_alive(seen.lapsed)}
        lost, self.suspects = suspects & self.suspects, suspects
        for delivery in lost:
            self.give_up(delivery)
        for job in seen.jobs:
            self.advance(job)
        self.swept = time.monotonic() - began

    def push_absent(self, due: Iterable[Delivery]) -> set[Delivery]:
        """Pushes what is absent, and returns what RQ knew already."""
        due = set(due)
        waiting: set[str] = set()
        for queue in {each.queue for each in due}:
            waiting |= self.queues.waiting(queue)
        absent = self.not_alive(each for each in due if each.id not in waiting)
        pushed = self.queues.push(pack(absent))
        if pushed:
            log.info("%d tasks were due and had not been delivered", len(pushed))
        return {each for each in absent if each.id not in pushed}

    def not_alive(self, deliveries: Iterable[Delivery]) -> set[Delivery]:
        by_id = {each.id: each for each in deliveries}
        alive = self.queues.alive(by_id)
        return {each for id, each in by_id.items() if id not in alive}

    def give_up(self, delivery: Delivery) -> None:
        """Makes it due again as the next attempt, which is pushed after the commit."""
        run, attempt = delivery.run, delivery.attempt
        if database.run(self.db, lambda site: attempts.requeue(site, run, attempt)):
            log.warning("%s: attempt %d was given up: nobody is at it any more", run, attempt)
        self.queues.forget(delivery.id)

    def advance(self, job: str) -> None:
        database.run(self.db, lambda site: engine.advance(site, job))

    def do_chores(self) -> None:
        """Does each chore whose time has come."""
        for chore, due in self.chores.items():
            if time.monotonic() >= due:
                chore.action(self.db, self.settings, self.queues)
                self.chores[chore] = time.monotonic() + chore.every


def remove_abandoned_files(db: Any, settings: Settings, queues: Queues) -> None:
    """Removes temporary files that nobody has written to for a day."""
    remove_abandoned(Path(db.storage.temporaryDirectory()), ABANDONED)


def remove_abandoned(folder: Path, age: float) -> None:
    """Removes what lies in `folder` and has not been changed for `age` seconds."""
    for path in folder.iterdir():
        try:
            if not path.name.startswith(".") and time.time() - _changed(path) > age:
                _remove(path)
        except OSError as fault:  # its owner was faster, or it is not ours to remove
            log.debug("%s stays: %s", path, fault)


def _changed(path: Path) -> float:
    """When the file, or the folder or anything in it, was last changed (s since the epoch)."""
    below: Iterable[Path] = path.rglob("*") if _is_folder(path) else ()
    return max(each.lstat().st_mtime for each in (path, *below))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink()
    log.info("removed %s, abandoned", path)
