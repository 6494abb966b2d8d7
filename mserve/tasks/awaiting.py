"""Awaiting: a run whose task has handed the file to another waits for the answer, with no worker.

It stays in the index of what runs, with the time at which that is over; who sweeps ends it then.
"""

from typing import Any

from mserve.errors import Conflict, Locked
from mserve.resources import clock
from mserve.resources.run import AWAITING, RUNNING, TaskRun
from mserve.tasks import ending
from mserve.tasks.claim import Failed, Finished

LATE = "no answer came in time"


def hold(site: Any, run: TaskRun, seconds: float) -> None:
    """Has the run wait for so long."""
    run.move(AWAITING)
    run.lease_until = clock.now() + int(seconds * clock.SECOND)
    site.running[run.id] = (run.attempt, run.queue, run.lease_until)


def check(run: TaskRun, attempt: int) -> None:
    """Raises Locked as long as the attempt runs, Conflict if it does not wait any more."""
    if run.state == RUNNING and run.attempt == attempt:
        raise Locked("the request that this answers has not ended yet; please send it again")
    if run.state != AWAITING or run.attempt != attempt:
        raise Conflict("no answer is waited for: it came, or too late, or the job was cancelled")


def answer(site: Any, run: TaskRun, attempt: int, result: Finished | Failed) -> None:
    """Ends an attempt that has waited for this. Raises as `check`."""
    check(run, attempt)
    _end(site, run, result)


def give_up(site: Any, run: TaskRun) -> None:
    """Its time is over."""
    run.note_attempt(error=LATE)
    _end(site, run, Failed(LATE, 0.0))


def _end(site: Any, run: TaskRun, result: Finished | Failed) -> None:
    site.running.discard(run.id)
    ending.end(site, run, result)
    ending.count([run])
