"""Attempts: task runs are claimed by workers, finished, failed, and made due again.

Every function acts on the tree inside its caller's transaction. `attempt` fences: a worker that
was thought dead can finish nothing.
"""

from collections.abc import Callable
from typing import Any

from mserve.errors import Conflict, Locked
from mserve.resources import clock, usage
from mserve.resources.content import Rendition
from mserve.resources.job import Job
from mserve.resources.profile import TaskSpec
from mserve.resources.run import AWAITING, DONE, DUE, ENDED, FAILED, RUNNING, JobOutput, TaskRun
from mserve.tasks import facts, keeping
from mserve.tasks import outcome as outcomes
from mserve.tasks.claim import Claim, Failed, Finished
from mserve.tasks.doors import close_door, open_door
from mserve.tasks.engine import cancel, push
from mserve.tasks.queue import Delivery

Linked = Callable[[TaskSpec], float | None]
"""Tells for how many seconds a task needs an address of its file; None: it needs none."""


def _never(spec: TaskSpec) -> None:
    """No task needs one."""


BACKOFF = 5 * clock.SECOND
LATE = "no answer came in time"
LAPSES = 10
"""A task whose worker died this often is taken to be what kills it, and fails."""


def claim(
    site: Any, run_id: str, attempt: int, worker: str, lease: float, linked: Linked = _never
) -> Claim | None:
    """Takes a due task run for `worker` for `lease` seconds; None if it is not to be had."""
    run = site.run(run_id)
    if run is None or run.attempt != attempt or run.not_before > clock.now():
        return None
    job = run.job
    if run.state == RUNNING and run.worker == worker:
        return _claim(job, run, linked)  # the commit's answer was lost on its way back
    if run.state != DUE:
        return None
    if not job.in_tree:
        cancel(site, job)
        return None
    run.move(RUNNING)
    run.worker, run.started = worker, clock.now()
    run.lease_until = run.started + int(lease * clock.SECOND)
    site.due.discard(run_id)
    site.running[run_id] = (attempt, run.queue, run.lease_until)
    return _claim(job, run, linked)


def _claim(job: Job, run: TaskRun, linked: Linked) -> Claim:
    seconds = linked(run.spec)
    mfile, content = job.mfile, job.content
    return Claim(
        run_id=run.id,
        attempt=run.attempt,
        job_id=job.id,
        task=run.spec.task,
        arguments=dict(run.spec.arguments),
        name=mfile.__name__,
        mimetype=facts.of_content(mfile, content)["mimetype"],
        size=content.size,
        metadata=dict(mfile.metadata),
        sha256=content.sha256,
        blob=content.path if content.here else None,
        secret=None if seconds is None else open_door(run, seconds),
    )


def finish(site: Any, run_id: str, attempt: int, result: Finished | Failed) -> bool:
    """Records what came of an attempt, once; False when the attempt has moved on."""
    run = site.run(run_id)
    if run is None or run.state != RUNNING or run.attempt != attempt:
        return False
    site.running.discard(run_id)
    run.seconds = result.seconds
    _note_attempt(run, result)
    if isinstance(result, Finished) and result.outcome.awaits is not None:
        _await(site, run, result.outcome.awaits)
    else:
        _end(site, run, result)
    if run.job.in_tree:
        usage.report(run.job.mfile.lineage(), usage.JOB_RUNTIME, result.seconds)
    return True


def _await(site: Any, run: TaskRun, seconds: float) -> None:
    """Has the run wait for an answer, with no worker; who sweeps ends it when its time is over."""
    run.move(AWAITING)
    run.lease_until = clock.now() + int(seconds * clock.SECOND)
    site.running[run.id] = (run.attempt, run.queue, run.lease_until)


def answer(site: Any, run: TaskRun, attempt: int, result: Finished | Failed) -> None:
    """Ends an attempt that has waited for this. Raises Conflict if it does not wait any more."""
    check_awaiting(run, attempt)
    site.running.discard(run.id)
    _end(site, run, result)


def check_awaiting(run: TaskRun, attempt: int) -> None:
    """Raises Locked as long as the attempt runs, Conflict if it does not wait any more."""
    if run.state == RUNNING and run.attempt == attempt:
        raise Locked("the request that this answers has not ended yet; please send it again")
    if run.state != AWAITING or run.attempt != attempt:
        raise Conflict("no answer is waited for: it came, or too late, or the job was cancelled")


def _end(site: Any, run: TaskRun, result: Finished | Failed) -> None:
    close_door(site, run)
    if isinstance(result, Finished):
        _succeed(site, run, result)
    else:
        _fail(site, run, result)
    if run.job.in_tree and run.state in ENDED and not run.counted:
        run.counted = True
        usage.report(run.job.mfile.lineage(), usage.TASK, 1)


def _note_attempt(run: TaskRun, result: Finished | Failed) -> None:
    run.note_attempt(
        seconds=result.seconds,
        cpu=result.meter.spent.cpu,
        memory=result.meter.spent.memory,
        error=result.error if isinstance(result, Failed) else None,
        log=result.meter.log,
    )


def _succeed(site: Any, run: TaskRun, result: Finished) -> None:
    content = run.job.content
    if result.outcome.copied is not None:
        keeping.note(run.job, site, result.outcome.copied)
    run.move(DONE)
    run.ended, run.error = clock.now(), None
    run.result = dict(result.outcome.result)
    content.learn(result.outcome.facts)
    if result.outcome.facts and run.job.in_tree:
        run.job.service.site.changed(run.job.mfile, run.job.service)
    run.outputs = tuple(
        _keep_output(content, output, spool)
        for output, spool in zip(result.outcome.outputs, result.spools, strict=True)
        if not keeping.taken_back(content, output, spool)
    )


def _keep_output(content: Any, output: outcomes.Output, spool: Any) -> JobOutput:
    """Takes the bytes of an output; those of a rendition become the content's."""
    made = spool.content()
    made.mimetype = output.mimetype
    if isinstance(output, outcomes.Rendition):
        rendition = Rendition(made, output.mimetype, output.width, output.height)
        content.add_rendition(output.name, rendition)
    return JobOutput(output.name, output.mimetype, made)


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


def again(site: Any, run: TaskRun, not_before: int) -> None:
    """Makes a run due again as the next attempt."""
    run.move(DUE)
    run.attempt += 1
    run.not_before = not_before
    run.lease_until = run.worker = None
    site.due[run.id] = (run.attempt, run.queue, not_before)


def requeue(site: Any, run_id: str, attempt: int) -> bool:
    """Gives up on an attempt whose delivery or worker was lost; False when it has moved on."""
    run = site.run(run_id)
    if run is None or run.state not in (DUE, RUNNING, AWAITING) or run.attempt != attempt:
        return False
    if run.state == AWAITING:
        _give_up_waiting(site, run)
        return True
    if run.state == RUNNING:
        site.running.discard(run_id)
        close_door(site, run)
        run.lapses += 1
        run.note_attempt(error="its worker was lost")
    if run.lapses >= LAPSES:
        run.move(FAILED)
        run.ended, run.error = clock.now(), f"its worker died {LAPSES} times"
        return True
    again(site, run, 0)
    push(site, [Delivery(run.id, run.attempt, run.queue)])
    return True


def _give_up_waiting(site: Any, run: TaskRun) -> None:
    site.running.discard(run.id)
    run.note_attempt(error=LATE)
    _end(site, run, Failed(LATE, 0.0))
