"""Attempts: task runs are claimed by workers, finished, failed, and made due again.

Every function acts on the tree inside its caller's transaction. `attempt` fences: a worker that
was thought dead can finish nothing.
"""

from collections.abc import Sequence
from typing import Any

from mserve.resources import clock, metrics
from mserve.resources.loading import prefetch
from mserve.resources.run import AWAITING, DUE, FAILED, RUNNING, TaskRun
from mserve.tasks import awaiting, ending, handing
from mserve.tasks.claim import Claim, Ended, Failed, Finished, Taker
from mserve.tasks.delivery import Delivery
from mserve.tasks.doors import close_door
from mserve.tasks.engine import cancel, push
from mserve.tasks.telling import tell

PARTS = 1024  # of a second, in which usage counts what attempts took
LAPSES = 10
"""A task whose worker died this often is taken to be what kills it, and fails."""


def claim(site: Any, run_id: str, attempt: int, taker: Taker) -> Claim | None:
    """Takes a due task run; None if it is not to be had."""
    run = site.run(run_id)
    if run is None or run.attempt != attempt or run.not_before > clock.now():
        return None
    if run.state == RUNNING and run.worker == taker.worker:
        return handing.of(run, taker)  # the commit's answer was lost on its way back
    if not _is_to_be_had(site, run):
        return None
    _begin(site, run, taker.worker, clock.now())
    run.lease_until = run.started + int(taker.lease * clock.SECOND)
    site.running[run_id] = (attempt, run.queue, run.lease_until)
    return handing.of(run, taker)


def claim_some(
    site: Any, runs: Sequence[str], attempt: int, taker: Taker
) -> tuple[list[Claim], list[Delivery]]:
    """Takes those of `runs` that are brief, or else the first one; what is left is for others.

    Brief ones are not written down as running: they are claimed as they end.
    """
    found = _find(site, runs, attempt)
    mine = [run for run in found if run.state == RUNNING and run.worker == taker.worker]
    due = [run for run in found if run.state == DUE and _is_to_be_had(site, run)]
    at_once = [run for run in due if not mine and taker.brief(run)]
    chosen = at_once or mine or due[:1]
    others = [Delivery(run.id, attempt, run.queue) for run in due if run not in chosen]
    if at_once:
        return [handing.of(run, taker, at_once=True) for run in at_once], others
    taken = [claim(site, run.id, attempt, taker) for run in chosen]
    return [each for each in taken if each is not None], others


def _find(site: Any, runs: Sequence[str], attempt: int) -> list[TaskRun]:
    found = [run for run in map(site.run, runs) if run is not None]
    prefetch(found)
    now = clock.now()
    return [run for run in found if run.attempt == attempt and run.not_before <= now]


def _is_to_be_had(site: Any, run: TaskRun) -> bool:
    """Whether it is due; a job whose file is not there any more is cancelled."""
    if run.state == DUE and not run.job.in_tree:
        cancel(site, run.job)
    return run.state == DUE


def _begin(site: Any, run: TaskRun, worker: str, moment: int) -> None:
    run.move(RUNNING)
    run.worker, run.started = worker, moment
    site.due.discard(run.id)
    tell(run.job)


def finish(site: Any, done: Sequence[Ended]) -> list[bool]:
    """Records what came of attempts at runs of one job, once; False where one has moved on."""
    runs = [_take(site, each) for each in done]
    for run, each in zip(runs, done, strict=True):
        if run is not None:
            _end(site, run, each.result)
    _report([run for run in runs if run is not None])
    return [run is not None for run in runs]


def _take(site: Any, ended: Ended) -> TaskRun | None:
    """The run, if this attempt at it is still awaited."""
    run: TaskRun | None = site.run(ended.run_id)
    if run is None or run.attempt != ended.attempt:
        return None
    if ended.worker is not None and _is_to_be_had(site, run):
        _begin(site, run, ended.worker, ended.taken)
    return run if run.state == RUNNING else None


def _end(site: Any, run: TaskRun, result: Finished | Failed) -> None:
    site.running.discard(run.id)
    run.seconds = _counted(result.seconds)
    _note_attempt(run, result)
    if isinstance(result, Finished) and result.outcome.awaits is not None:
        awaiting.hold(site, run, result.outcome.awaits)
    else:
        ending.end(site, run, result)
    tell(run.job)


def _note_attempt(run: TaskRun, result: Finished | Failed) -> None:
    run.note_attempt(
        seconds=run.seconds,
        cpu=result.meter.spent.cpu,
        memory=result.meter.spent.memory,
        error=result.error if isinstance(result, Failed) else None,
        log=result.meter.log,
    )


def _report(runs: Sequence[TaskRun]) -> None:
    """Meters attempts that have ended, and the tasks of which they were the last ones."""
    if runs and runs[0].job.in_tree:
        ending.meter(runs, metrics.JOB_RUNTIME, lambda run: run.attempts[-1].seconds or 0.0)
    ending.count(runs)


def _counted(seconds: float) -> float:
    """Seconds as they are told and billed: in whole parts by a power of two, so that sums of them,
    and of their squares, are exact, in whatever order they are added up."""
    return round(seconds * PARTS) / PARTS


def requeue(site: Any, run_id: str, attempt: int) -> bool:
    """Gives up on an attempt whose delivery or worker was lost; False when it has moved on."""
    run = site.run(run_id)
    if run is None or run.state not in (DUE, RUNNING, AWAITING) or run.attempt != attempt:
        return False
    tell(run.job)
    if run.state == AWAITING:
        awaiting.give_up(site, run)
    else:
        _lapse(site, run)
    return True


def _lapse(site: Any, run: TaskRun) -> None:
    run.lapses += 1
    if run.state == RUNNING:
        site.running.discard(run.id)
        close_door(site, run)
        run.note_attempt(error="its worker was lost")
    if run.lapses >= LAPSES:
        _fail_for_good(site, run)
    else:
        ending.again(site, run, 0)
        push(site, [Delivery(run.id, run.attempt, run.queue)])


def _fail_for_good(site: Any, run: TaskRun) -> None:
    site.due.discard(run.id)
    run.move(FAILED)
    run.ended, run.error = clock.now(), f"its worker died {LAPSES} times"
    ending.count([run])
