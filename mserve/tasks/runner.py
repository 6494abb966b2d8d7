"""The runner: task runs from claim to finish. It never ends the worker.

The tree is touched in short transactions: claim, finish, and advance where others of the set were
not done yet; the tasks themselves run outside of any. Runs that are brief are claimed, done and
finished together, since a transaction costs more than they do.
"""

import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from redis.exceptions import RedisError
from transaction.interfaces import TransientError
from ZODB.POSException import StorageError

from mserve import database
from mserve.errors import MserveError
from mserve.resources.asker import Asker, asked_by
from mserve.resources.profile import TaskSpec
from mserve.resources.run import TaskRun
from mserve.settings import Settings
from mserve.tasks import attempts, engine
from mserve.tasks.claim import Claim, Ended, Failed, Finished, Taker
from mserve.tasks.counted import DONE, FAILED, LATE, count_task
from mserve.tasks.delivery import Delivery
from mserve.tasks.execution import Executor
from mserve.tasks.queue import Queues
from mserve.tasks.task import Task

log = logging.getLogger(__name__)
T = TypeVar("T")
Store = Callable[[Any, str], None]
Done = list[tuple[Claim, Finished | Failed]]

UNKNOWN = "unknown"
PREFIX = "task-"  # of scratch folders
PATIENCE = 60.0  # seconds to wait for a database that is away


class Runner:
    """Performs deliveries, in the main thread; `worker` is its name in the tree.

    `store(site, run)` is what is done beside recording the end of a task run, by its id.
    """

    def __init__(
        self,
        db: Any,
        registry: Mapping[str, Task],
        queues: Queues,
        settings: Settings,
        worker: str = "worker",
        store: Store | None = None,
    ) -> None:
        self.db = db
        self.registry = registry
        self.queues = queues
        self.lease = settings.lease
        self.address = settings.outlets["MSERVE_URL"].rstrip("/")
        self.worker = worker
        self.store = store
        self.executor = Executor(registry, queues, self.address)
        self.interrupts = self.executor.interrupts

    def perform(self, runs: Sequence[str], attempt: int) -> bool:
        """Claims, runs and finishes; False if nothing of it was to be had.

        Of several runs those that are brief are done; the others are left in the queue.
        """
        taker = Taker(self.worker, self.lease, self._is_brief, self._linked)
        claims, others = self.in_tree(lambda site: attempts.claim_some(site, runs, attempt, taker))
        self._leave(others)
        if claims:
            with ExitStack() as scratches:
                self._finish([(each, self._execute(each, scratches)) for each in claims])
        return bool(claims)

    def _is_brief(self, run: TaskRun) -> bool:
        task, content = self.registry.get(run.spec.task), run.job.content
        return task is not None and content is not None and content.size <= task.brief

    def _linked(self, spec: TaskSpec) -> float | None:
        """For how long the task needs an address of its file; None if it needs none."""
        task = self.registry.get(spec.task)
        return task.linked(spec.arguments) if task is not None and self.address else None

    def _leave(self, others: Sequence[Delivery]) -> None:
        """What other workers are to take, each by itself; where Redis is away, a sweep does it."""
        try:
            self.queues.push(others, first=True)
        except RedisError as fault:
            log.warning("%d tasks wait for the next sweep: %s", len(others), fault)

    def _execute(self, claim: Claim, scratches: ExitStack) -> Finished | Failed:
        folder = tempfile.TemporaryDirectory(
            prefix=PREFIX, dir=self.db.storage.temporaryDirectory(), ignore_cleanup_errors=True
        )
        return self.executor.perform(claim, Path(scratches.enter_context(folder)))

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

    def _finish(self, done: Done) -> None:
        """Records what came of the claims, each by itself where one is in the way of the others."""
        try:
            took, settled = self.in_tree(lambda site: self._record(site, done))
        except (MserveError, OSError, ValueError, TypeError) as fault:
            if len(done) == 1:
                log.exception("%s: its outcome could not be recorded", done[0][0].run_id)
                return self._finish([_not_recorded(*done[0], fault)])
            for each in done:
                self._finish([each])
            return
        for (claim, result), one in zip(done, took, strict=True):
            _tell(self._known(claim.task), claim, result, one)
        if not settled:
            self.in_tree(lambda site: engine.advance(site, done[0][0].job_id))

    def _known(self, task: str) -> str:
        """Its name, if there is such a task: so counts have no names that profiles make up."""
        return task if task in self.registry else UNKNOWN

    def _record(self, site: Any, done: Done) -> tuple[list[bool], bool]:
        """Which attempts were still awaited, and whether their job has gone on as far as it can.

        Who ends tasks of a set beside others does not see theirs, and has to look again.
        """
        took = attempts.finish(site, [_ended(*each) for each in done])
        for (claim, _), one in zip(done, took, strict=True):
            if one and self.store is not None:
                payer = site.run(claim.run_id).job.payer
                with asked_by(Asker(f"task:{claim.task}", "task", payer=payer)):
                    self.store(site, claim.run_id)
        return took, engine.advance(site, done[0][0].job_id)


def _ended(claim: Claim, result: Finished | Failed) -> Ended:
    return Ended(claim.run_id, claim.attempt, result, claim.worker, claim.taken)


def _not_recorded(
    claim: Claim, result: Finished | Failed, fault: Exception
) -> tuple[Claim, Failed]:
    if isinstance(result, Failed):
        raise fault
    return claim, Failed(f"its outcome could not be recorded: {fault}", result.seconds)


def _tell(known: str, claim: Claim, result: Finished | Failed, took: bool) -> None:
    failed = isinstance(result, Failed)
    outcome = LATE if not took else FAILED if failed else DONE
    count_task(known, outcome, result.seconds)
    words = result.error if isinstance(result, Failed) else "done"
    if not took:
        words += ", too late: the attempt was given up meanwhile"
    log.info("%s (%s) in %.3f s: %s", claim.run_id, claim.task, result.seconds, words)
