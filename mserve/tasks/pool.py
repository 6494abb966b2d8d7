"""The pool: a parent process that keeps so many worker processes alive, and passes signals on.

The parent has one thread and never opens the database, so that it can fork at any time. It imports
what its workers need, which they then share. Signals are blocked and waited for, so that none can
come between two lines.
"""

import faulthandler
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from mserve.mortal import die_with
from mserve.settings import Settings
from mserve.tasks import process
from mserve.tasks.registry import TaskRegistry

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.2  # seconds before a dead worker is replaced, doubled each time…
LONGEST_PAUSE = 10.0
LONG_LIFE = 5.0  # …until one has lived so long
WATCHED = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD})
TICK = 1.0  # seconds

Body = Callable[[Settings, str], None]


def run(settings: Settings, counts: Mapping[str, int], body: Body = process.run) -> None:
    """Keeps `counts[queue]` workers on each queue until SIGTERM or SIGINT.

    The first signal has each worker finish its task, a second one kills them. Raises SettingsError
    or DuplicateTask, before any worker is started, where the tasks cannot be loaded.
    """
    TaskRegistry.load(settings.tasks)
    Pool(settings, counts, body).run()


@dataclass
class Slot:
    """A place for one worker process."""

    queue: str
    pid: int = 0
    born: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE


class Pool:
    """The processes of one `mserve worker`."""

    def __init__(self, settings: Settings, counts: Mapping[str, int], body: Body) -> None:
        self.settings = settings
        self.body = body
        self.slots = [Slot(queue) for queue, count in counts.items() for _ in range(count)]
        self.stopping = False

    def run(self) -> None:
        """Returns when all workers have ended after a signal."""
        self.mask = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        try:
            while not self.stopping or self.living():
                self.start_due()
                self.handle(signal.sigtimedwait(WATCHED, self.time_to_next()))
                self.reap()
        finally:
            self.tell(signal.SIGKILL)
            signal.pthread_sigmask(signal.SIG_SETMASK, self.mask)

    def living(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.pid]

    def start_due(self) -> None:
        """Fills the empty places whose time has come."""
        for slot in self.slots:
            if not self.stopping and not slot.pid and slot.due <= time.monotonic():
                slot.born = time.monotonic()
                slot.pid = self.fork(slot.queue)
                log.info("worker %d on %s", slot.pid, slot.queue)

    def time_to_next(self) -> float:
        """Seconds until a place is to be filled, at most TICK."""
        waits = [slot.due - time.monotonic() for slot in self.slots if not slot.pid]
        return max(0.0, min([TICK, *waits]) if not self.stopping else TICK)

    def handle(self, info: "signal.struct_siginfo | None") -> None:
        if info is None or info.si_signo == signal.SIGCHLD:
            return
        if self.stopping:
            log.warning("second signal: workers are killed")
            self.tell(signal.SIGKILL)
        else:
            log.info("workers finish their tasks")
            self.stopping = True
            self.tell(signal.SIGTERM)

    def tell(self, number: signal.Signals) -> None:
        for slot in self.living():
            os.kill(slot.pid, number)  # ours until it is waited for: no other has this id

    def reap(self) -> None:
        """Empties the places of workers that have ended."""
        for slot in self.living():
            pid, status = os.waitpid(slot.pid, os.WNOHANG)
            if pid:
                self.vacate(slot, os.waitstatus_to_exitcode(status))

    def vacate(self, slot: Slot, code: int) -> None:
        """A worker that was due for a new process is replaced at once, others after a pause."""
        now = time.monotonic()
        if code == 0 or now - slot.born >= LONG_LIFE:
            slot.pause = FIRST_PAUSE
        if code == 0:
            slot.due = now
        else:
            slot.due = now + slot.pause
            slot.pause = min(2 * slot.pause, LONGEST_PAUSE)
        if code != 0 and not self.stopping:
            log.warning("worker %d on %s ended with %d", slot.pid, slot.queue, code)
        slot.pid = 0

    def fork(self, queue: str) -> int:
        """The process id of a new worker."""
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        return os.fork() or self._work(queue, parent)

    def _work(self, queue: str, parent: int) -> NoReturn:
        """What the new process does until it ends."""
        code = 1
        try:
            die_with(parent)
            faulthandler.enable(all_threads=True)
            signal.pthread_sigmask(signal.SIG_SETMASK, self.mask)
            self.body(self.settings, queue)
            code = 0
        except process.AWAY as fault:
            log.warning("worker %d on %s ends: %s", os.getpid(), queue, fault)
        except Exception:
            log.exception("worker %d on %s failed", os.getpid(), queue)
        finally:
            logging.shutdown()
            os._exit(code)  # what the parent would do at its end is not for its children to do
