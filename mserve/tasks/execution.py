"""Execution: a task is run on what was claimed; whatever it raises is what came of the attempt."""

import logging
import os
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from mserve.errors import Away, TaskError
from mserve.resources.spool import Spool
from mserve.tasks import thumbnails
from mserve.tasks.claim import Claim, Failed, Finished
from mserve.tasks.confine import Crashed, Meter
from mserve.tasks.delivery import Delivery
from mserve.tasks.interrupt import Interrupts, TaskStopped, TaskTimeout
from mserve.tasks.measure import measured
from mserve.tasks.outcome import Outcome
from mserve.tasks.queue import Queues
from mserve.tasks.reporter import Reporter
from mserve.tasks.source import Source
from mserve.tasks.task import Task
from mserve.tasks.tools import versions
from mserve.vault import ARCHIVE, Vault

log = logging.getLogger(__name__)

MAX_WORDS = 1000  # characters of an error that are kept


class Executor:
    """Runs one task at a time, in the main thread."""

    def __init__(self, registry: Mapping[str, Task], queues: Queues, address: str) -> None:
        """`address` is the site's URL; an empty one where it is not known."""
        self.registry = registry
        self.address = address
        self.queues = queues
        self.interrupts = Interrupts()

    def perform(self, claim: Claim, scratch: Path) -> Finished | Failed:
        """Runs the task; whatever it raises is what came of it."""
        meter = Meter()
        with measured(meter):
            return self._try(claim, scratch, meter)

    def _try(self, claim: Claim, scratch: Path, meter: Meter) -> Finished | Failed:
        began = time.monotonic()
        try:
            outcome = self._run(claim, scratch, meter)
            spools = tuple(Spool.of_file(str(output.path)) for output in outcome.outputs)
            small = self._thumbnails(claim, outcome, scratch)
            tools = versions(self.registry[claim.task].tools)
            return Finished(outcome, time.monotonic() - began, spools, meter, small, tools)
        except BaseException as fault:  # compiled libraries panic with classes of their own
            words, final = _told(fault, claim)
            return Failed(words[:MAX_WORDS], time.monotonic() - began, final, meter)

    def _run(self, claim: Claim, scratch: Path, meter: Meter) -> Outcome:
        if claim.task not in self.registry:
            raise TaskError(f"there is no task {claim.task!r} here; known: {sorted(self.registry)}")
        task = self.registry[claim.task]
        reporter = Reporter(self.queues, self.interrupts, claim.run_id, meter)
        meter.tell = reporter.tell_log
        source = Source(
            path=_path(claim, task),
            name=claim.name,
            mimetype=claim.mimetype,
            size=claim.size,
            metadata=claim.metadata,
            sha256=claim.sha256 or "",
            **self._links(claim),
            scratch=scratch,
            report=reporter.progress,
        )
        run = partial(task.run, source, dict(claim.arguments), meter)
        return self.interrupts.run(_id(claim), task.timeout, run)

    def _thumbnails(
        self, claim: Claim, outcome: Outcome, scratch: Path
    ) -> Mapping[str, thumbnails.Picture]:
        run = partial(self.interrupts.run, _id(claim))
        return thumbnails.make(outcome.outputs, self.registry, scratch, run)

    def _links(self, claim: Claim) -> dict[str, str]:
        """Where others can read the file, and answer."""
        if claim.secret is None:
            return {}
        facets = f"{self.address}/k/{claim.secret}/-"
        answer = f"{claim.run_id.partition('-')[2]}-{claim.attempt}"
        callback = f"{facets}/jobs/{claim.job_id}/answers/{answer}"
        return {"url": f"{facets}/content", "callback": callback}


def _id(claim: Claim) -> str:
    """By which the attempt is stopped."""
    return Delivery(claim.run_id, claim.attempt, "").id


def _path(claim: Claim, task: Task) -> Path:
    """The stored content itself, or its copy in the archive for a task that can work on that.

    Where the job is of a service, nothing, for a task that needs no file.
    """
    if claim.sha256 is None and task.needs_file:
        raise TaskError(f"the task {claim.task} needs a file, and the job is of a service")
    if claim.sha256 is None:
        return Path(os.devnull)
    if claim.blob is not None:
        return Path(claim.blob)
    if not task.away:
        raise TaskError(str(Away()))
    return Vault.demand(ARCHIVE).place(claim.sha256)


def _told(fault: BaseException, claim: Claim) -> tuple[str, bool]:
    """What became of the attempt, and whether another one would end the same."""
    match fault:
        case TaskError():
            return str(fault), True
        case TaskStopped():
            return "the task was stopped", True
        case TaskTimeout():
            return f"the task {fault}", False
        case Crashed():
            return str(fault), False
        case MemoryError():
            return "the task ran out of memory", False
    attempt = (claim.run_id, claim.attempt, claim.task)
    log.error("%s, attempt %d (%s) failed", *attempt, exc_info=fault)
    return f"{type(fault).__name__}: {fault}", False
