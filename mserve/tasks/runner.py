"""The runner: one attempt at one task run, from claim to finish. It never ends the worker.

The tree is touched in three short transactions: claim, finish, advance; the task itself runs
outside of any. What goes wrong in the task is what came of the attempt, told in words.
"""

import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from redis.exceptions import RedisError
from transaction.interfaces import TransientError
from ZODB.POSException import StorageError

from mserve import database
from mserve.errors import MserveError, TaskError
from mserve.resources.spool import Spool
from mserve.settings import Settings
from mserve.tasks import attempts, engine, thumbnails
from mserve.tasks.claim import Claim, Failed, Finished
from mserve.tasks.confine import Crashed, Meter
from mserve.tasks.interrupt import Interrupts, TaskStopped, TaskTimeout
from mserve.tasks.measure import measured
from mserve.tasks.outcome import Outcome
from mserve.tasks.queue import Delivery, Queues
from mserve.tasks.registry import Task
from mserve.tasks.source import Source
from mserve.tasks.tools import versions

log = logging.getLogger(__name__)
T = TypeVar("T")
Finish = Callable[[Any, str, int, Finished | Failed], bool]

PREFIX = "task-"  # of scratch folders
PATIENCE = 60.0  # seconds to wait for a database that is away
REPORT_INTERVAL = 0.5  # seconds between two progress reports
MAX_WORDS = 1000  # characters of an error that are kept


class Runner:
    """Performs deliveries, one at a time, in the main thread; `worker` is its name in the tree.

    `finish` records what came of an attempt, in a transaction of its own.
    """

    def __init__(
        self,
        db: Any,
        registry: Mapping[str, Task],
        queues: Queues,
        settings: Settings,
        worker: str = "worker",
        finish: Finish = attempts.finish,
    ) -> None:
        self.db = db
        self.registry = registry
        self.queues = queues
        self.lease = settings.lease
        self.worker = worker
        self.finish = finish
        self.interrupts = Interrupts()

    def perform(self, run_id: str, attempt: int) -> bool:
        """Claims, runs and finishes; False if the attempt was not to be had."""
        claim = self.in_tree(
            lambda site: attempts.claim(site, run_id, attempt, self.worker, self.lease)
        )
        if claim is None:
            return False
        with tempfile.TemporaryDirectory(
            prefix=PREFIX, dir=self.db.storage.temporaryDirectory(), ignore_cleanup_errors=True
        ) as scratch:
            self._finish(claim, self._attempt(claim, Path(scratch)))
        self.in_tree(lambda site: engine.advance(site, claim.job_id))
        return True

    def in_tree(self, action: Callable[[Any], T]) -> T:
        """`action(site)` in a transaction; where the database is away it is waited for a while."""
        deadline = time.monotonic() + PATIENCE
        pause = 0.1
        while True:
            try:
                return database.run(self.db, action)
            except (TransientError, StorageError) as fault:
                if time.monotonic() + pause > deadline:
                    raise
                log.warning("waiting for the database: %s", fault or type(fault).__name__)
            time.sleep(pause)
            pause = min(2 * pause, 2.0)

    def _attempt(self, claim: Claim, scratch: Path) -> Finished | Failed:
        """Runs the task; whatever it raises is what came of it."""
        meter = Meter()
        with measured(meter):
            return self._try(claim, scratch, meter)

    def _try(self, claim: Claim, scratch: Path, meter: Meter) -> Finished | Failed:
        began = time.monotonic()
        try:
            outcome = self._run(claim, scratch, meter)
            spools = tuple(Spool.of_file(str(output.path)) for output in outcome.outputs)
            pictures = thumbnails.make(
                outcome.outputs, self.registry, scratch, partial(self.interrupts.run, _id(claim))
            )
            seconds = time.monotonic() - began
            tools = versions(self.registry[claim.task].tools)
            return Finished(outcome, seconds, spools, meter, pictures, tools)
        except TaskError as fault:
            words, final = str(fault), True
        except TaskStopped:
            words, final = "the task was stopped", True
        except TaskTimeout as fault:
            words, final = f"the task {fault}", False
        except Crashed as fault:
            words, final = str(fault), False
        except MemoryError:
            words, final = "the task ran out of memory", False
        except BaseException as fault:  # compiled libraries panic with classes of their own
            log.exception("%s, attempt %d (%s) failed", claim.run_id, claim.attempt, claim.task)
            words, final = f"{type(fault).__name__}: {fault}", False
        return Failed(words[:MAX_WORDS], time.monotonic() - began, final, meter)

    def _run(self, claim: Claim, scratch: Path, meter: Meter) -> Outcome:
        if claim.task not in self.registry:
            raise TaskError(f"there is no task {claim.task!r} here; known: {sorted(self.registry)}")
        task = self.registry[claim.task]
        source = Source(
            path=Path(claim.blob),
            name=claim.name,
            mimetype=claim.mimetype,
            size=claim.size,
            metadata=claim.metadata,
            scratch=scratch,
            report=self._reporter(claim),
        )
        run = partial(task.run, source, dict(claim.arguments), meter)
        return self.interrupts.run(_id(claim), task.timeout, run)

    def _reporter(self, claim: Claim) -> Callable[[float, str], None]:
        """Tells progress, at most every REPORT_INTERVAL; where Redis is away, nobody follows."""
        next_time = 0.0

        def report(fraction: float, words: str) -> None:
            nonlocal next_time
            if time.monotonic() < next_time and fraction < 1:
                return
            next_time = time.monotonic() + REPORT_INTERVAL
            with self.interrupts.postponed():
                try:
                    self.queues.progress(claim.run_id, fraction, words)
                except RedisError as fault:
                    log.debug("progress is not told: %s", fault)

        return report

    def _finish(self, claim: Claim, result: Finished | Failed) -> None:
        """Records the result; if the tree does not take it, that is the result."""
        try:
            took = self._record(claim, result)
        except (MserveError, OSError, ValueError, TypeError) as fault:
            log.exception("%s: its outcome could not be recorded", claim.run_id)
            result = Failed(f"its outcome could not be recorded: {fault}", result.seconds)
            took = self._record(claim, result)
        words = result.error if isinstance(result, Failed) else "done"
        if not took:
            words += ", too late: the attempt was given up meanwhile"
        log.info("%s (%s) in %.3f s: %s", claim.run_id, claim.task, result.seconds, words)

    def _record(self, claim: Claim, result: Finished | Failed) -> bool:
        return self.in_tree(lambda site: self.finish(site, claim.run_id, claim.attempt, result))


def _id(claim: Claim) -> str:
    """By which the attempt is stopped."""
    return Delivery(claim.run_id, claim.attempt, "").id
