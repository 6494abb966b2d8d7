"""Attempts: task runs are claimed by workers, finished, failed, and made due again.

Every function acts on the tree inside its caller's transaction. `attempt` fences: a worker that
was thought dead can finish nothing.
"""

from typing import Any

from mserve.resources import clock, usage
from mserve.resources.content import Rendition
from mserve.resources.job import Job
from mserve.resources.run import DONE, DUE, ENDED, FAILED, RUNNING, JobOutput, TaskRun
from mserve.tasks import facts
from mserve.tasks import outcome as outcomes
from mserve.tasks.claim import Claim, Failed, Finished
from mserve.tasks.engine import cancel, push, tell
from mserve.tasks.queue import Delivery

BACKOFF = 5 * clock.SECOND
LAPSES = 10
"""A task whose worker died this often is taken to be what kills it, and fails."""


def claim(site: Any, run_id: str, attempt: int, worker: str, lease: float) -> Claim | None:
    """Takes a due task run for `worker` for `lease` seconds; None if it is not to be had."""
    run = site.run(run_id)
    if run is None or run.attempt != attempt or run.not_before > clock.now():
        return None
    job = run.job
    if run.state == RUNNING and run.worker == worker:
        return _claim(job, run)  # it was committed, and the answer was lost on its way back
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
    tell(job)
    return _claim(job, run)


def _claim(job: Job, run: TaskRun) -> Claim:
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
        blob=content.path,
    )


def finish(site: Any, run_id: str, attempt: int, result: Finished | Failed) -> bool:
    """Records what came of an attempt, once; False when the attempt has moved on."""
    run = site.run(run_id)
    if run is None or run.state != RUNNING or run.attempt != attempt:
        return False
    site.running.discard(run_id)
    run.seconds = result.seconds
    _note_attempt(run, result)
    if isinstance(result, Finished):
        _succeed(run, result)
    else:
        _fail(site, run, result)
    if run.job.in_tree:
        _report(run, result.seconds)
    tell(run.job)
    return True


def _note_attempt(run: TaskRun, result: Finished | Failed) -> None:
    run.note_attempt(
        seconds=result.seconds,
        cpu=result.meter.spent.cpu,
        memory=result.meter.spent.memory,
        error=result.error if isinstance(result, Failed) else None,
        log=result.meter.log,
    )


def _report(run: TaskRun, seconds: float) -> None:
    """Meters an attempt that has ended, and the task if it was the last one."""
    nodes = [*run.job.mfile.lineage()]
    usage.report(nodes, usage.JOB_RUNTIME, seconds)
    if run.state in ENDED and not run.counted:
        run.counted = True
        usage.report(nodes, usage.TASK, 1)


def _succeed(run: TaskRun, result: Finished) -> None:
    content = run.job.content
    run.move(DONE)
    run.ended, run.error = clock.now(), None
    run.result = dict(result.outcome.result)
    content.learn(result.outcome.facts)
    if result.outcome.facts and run.job.in_tree:
        run.job.service.site.changed(run.job.mfile, run.job.service)
    run.outputs = tuple(
        _keep_output(content, output, spool)
        for output, spool in zip(result.outcome.outputs, result.spools, strict=True)
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
    if run is None or run.state not in (DUE, RUNNING) or run.attempt != attempt:
        return False
    if run.state == RUNNING:
        site.running.discard(run_id)
        run.lapses += 1
        run.note_attempt(error="its worker was lost")
    tell(run.job)
    if run.lapses >= LAPSES:
        run.move(FAILED)
        run.ended, run.error = clock.now(), f"its worker died {LAPSES} times"
        return True
    again(site, run, 0)
    push(site, [Delivery(run.id, run.attempt, run.queue)])
    return True
