"""Ending: what came of a task run is recorded, or it is made due again after a pause.

Every function acts on the tree inside its caller's transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from mserve.resources import clock, metering, metrics
from mserve.resources.content import Content
from mserve.resources.figure import Figure
from mserve.resources.job import Job
from mserve.resources.mark import paid
from mserve.resources.marking import retype
from mserve.resources.run import DONE, DUE, ENDED, FAILED, Run, TaskRun
from mserve.tasks import keeping
from mserve.tasks.claim import Failed, Finished
from mserve.tasks.doors import close_door
from mserve.tasks.outputs import keep

BACKOFF = 5 * clock.SECOND


def end(site: Any, run: TaskRun, result: Finished | Failed) -> None:
    """Records what came of the present attempt, and so of the run, if there is no other."""
    close_door(site, run)
    if isinstance(result, Finished):
        _succeed(site, run, result)
    else:
        _fail(site, run, result)


def count(runs: Sequence[TaskRun]) -> None:
    """Has usage count those runs of a job that have ended, once."""
    ended = [run for run in runs if run.state in ENDED and not run.counted]
    if not ended or not ended[0].job.in_tree:
        return
    for run in ended:
        run.counted = True
    meter(ended, metrics.TASK, lambda run: 1)
    meter([run for run in ended if run.state == FAILED], metrics.TASK_FAILURE, lambda run: 1)


def meter(runs: Sequence[TaskRun], metric: str, amount: Callable[[TaskRun], float]) -> None:
    """Reports an amount of each of a job's runs, told apart by their tasks, to who pays for it."""
    for task, those in groupby(sorted(runs, key=_task), key=_task):
        job = runs[0].job
        tags = (*paid(job.payer), ("task", task))
        changes = {metric: Figure.of(*map(amount, those))}
        metering.enter(job.node.lineage(), changes, clock.now(), job.payer, tags)


def _report_own(run: TaskRun, own: Mapping[str, float]) -> None:
    """Reports what the task has measured itself."""
    job, changes = run.job, {metric: Figure.of(amount) for metric, amount in own.items()}
    tags = (*paid(job.payer), ("task", _task(run)))
    metering.enter(job.node.lineage(), changes, clock.now(), job.payer, tags)


def _task(run: TaskRun) -> str:
    return run.spec.name


def _succeed(site: Any, run: TaskRun, result: Finished) -> None:
    content = run.job.content
    if result.outcome.copied is not None:
        keeping.note(run.job, site, result.outcome.copied)
    if result.outcome.usage and run.job.in_tree:
        _report_own(run, result.outcome.usage)
    run.move(DONE)
    run.ended, run.error = clock.now(), None
    run.result = dict(result.outcome.result)
    if content is not None:
        _learn(run.job, content, result.outcome.facts)
    run.outputs = keep(run, result)


def _learn(job: Job, content: Content, known: Mapping[str, str]) -> None:
    content.learn(known)
    if known and job.in_tree:
        retype(job.mfile, content)
        job.service.site.changed(job.mfile, job.service)


def _fail(site: Any, run: TaskRun, result: Failed) -> None:
    """Ends the run, or makes it due again after a pause that doubles."""
    run.error = result.error
    run.failures += 1
    if result.final or run.failures > run.spec.retries:
        run.move(FAILED)
        run.ended = clock.now()
    else:
        pause = BACKOFF * 2 ** (run.failures - 1)
        again(site, run, clock.now() + pause)


def again(site: Any, run: Run, not_before: int) -> None:
    """Makes a run due again as the next attempt."""
    run.move(DUE)
    run.attempt += 1
    run.not_before = not_before
    run.lease_until = run.worker = None
    site.due[run.id] = (run.attempt, run.queue, not_before)
