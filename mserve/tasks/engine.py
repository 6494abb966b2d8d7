"""The engine: jobs start, task runs are claimed and finished, sets advance. The tree is the truth.

Every function acts on the tree inside its caller's transaction; what it makes due is pushed to the
queue after the commit. `attempt` fences: a worker that was thought dead can finish nothing.
"""

from typing import Any

from mserve.errors import BadInput, Missing, TaskError
from mserve.resources import clock, usage
from mserve.resources.content import Rendition
from mserve.resources.job import (
    CANCELLED,
    DONE,
    DUE,
    ENDED,
    FAILED,
    RUNNING,
    SKIPPED,
    Job,
    JobOutput,
    TaskRun,
)  # fmt: skip
from mserve.resources.profile import Edition, TaskSet, TaskSpec, Workflow
from mserve.tasks import facts
from mserve.tasks import outcome as outcomes
from mserve.tasks.claim import Claim, Failed, Finished
from mserve.tasks.condition import Condition
from mserve.tasks.queue import Delivery, after_commit

BACKOFF = 5 * clock.SECOND
LAPSES = 10
"""A task whose worker died this often is taken to be what kills it, and fails."""


def start(
    mfile: Any, trigger: str, workflow: str | None = None, queue: str | None = None
) -> Job | None:
    """Starts the workflow (default: the trigger's) on `mfile`; None where it has no tasks.

    `queue` is where its tasks wait that name none themselves.
    """
    service = mfile.find("service")
    profile = service.profiles[service.profile]
    name = workflow or trigger
    if name not in profile.workflows:
        known = ", ".join(sorted(profile.workflows))
        raise BadInput(f"the profile {profile.name!r} has no workflow {name!r}; it has: {known}")
    if not any(task_set.tasks for task_set in profile.workflows[name].sets):
        return None
    return _start(Job(service, mfile, trigger, name, profile.edition, queue))


def start_task(mfile: Any, spec: TaskSpec) -> Job:
    """Starts one task by hand, as a job of one set."""
    service = mfile.find("service")
    plan = Workflow((TaskSet(spec.name, (spec,)),))
    edition = Edition(service.profiles[service.profile].version, {spec.name: plan})
    return _start(Job(service, mfile, "manual", spec.name, edition))


def _start(job: Job) -> Job:
    site = job.service.site
    site.register(job)
    site.active[job.id] = job
    job.service.jobs[job.sort_key] = job
    job.mfile.note_job(job.sort_key)
    _advance(site, job)
    return job


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


def advance(site: Any, job_id: str) -> None:
    """Opens the job's next set when the present one has ended, or ends the job."""
    job = site.active.get(job_id)
    if job is not None:
        _advance(site, job)


def _advance(site: Any, job: Job) -> None:
    if not job.in_tree:
        return cancel(site, job)
    while job.set_ended:
        if job.set_failed:
            return _close(site, job, FAILED)
        task_set = job.next_set()
        if task_set is None:
            return _close(site, job, DONE)
        _open(site, job, task_set)


def _open(site: Any, job: Job, task_set: TaskSet) -> None:
    """Makes the task runs of a set, and due those whose condition holds."""
    number = len(job.runs)
    runs = tuple(
        _make_run(job, f"{number}-{index}", spec) for index, spec in enumerate(task_set.tasks)
    )
    job.open_set(runs)
    due = [run for run in runs if run.state == DUE]
    for run in due:
        site.due[run.id] = (run.attempt, run.queue, 0)
    push(site, [Delivery(run.id, run.attempt, run.queue) for run in due])


def _make_run(job: Job, place: str, spec: TaskSpec) -> TaskRun:
    queue = facts.queue_of(spec, job.service, job.queue)
    try:
        state = DUE if Condition.parse(spec.condition).holds(facts.of_job(job)) else SKIPPED
        return TaskRun(job, place, queue, state)
    except (TaskError, BadInput) as fault:
        run = TaskRun(job, place, queue, FAILED)
        run.error = str(fault)
        return run


def _close(site: Any, job: Job, outcome: str) -> None:
    job.close(outcome)
    site.active.discard(job.id)
    if job.in_tree and not job.counted:
        job.counted = True
        usage.report(job.mfile.lineage(), usage.JOB, 1)


def cancel(site: Any, job: Job) -> None:
    """Ends a job: what is due is not done, and what runs is not waited for."""
    for run in job.all_runs():
        if run.state not in ENDED:
            run.move(CANCELLED)
            run.ended = clock.now()
            site.due.discard(run.id)
            site.running.discard(run.id)
    if job.outcome is None:
        _close(site, job, CANCELLED)


def requeue(site: Any, run_id: str, attempt: int) -> bool:
    """Gives up on an attempt whose delivery or worker was lost; False when it has moved on."""
    run = site.run(run_id)
    if run is None or run.state not in (DUE, RUNNING) or run.attempt != attempt:
        return False
    if run.state == RUNNING:
        site.running.discard(run_id)
        run.lapses += 1
        run.note_attempt(error="its worker was lost")
    if run.lapses >= LAPSES:
        run.move(FAILED)
        run.ended, run.error = clock.now(), f"its worker died {LAPSES} times"
        return True
    again(site, run, 0)
    push(site, [Delivery(run.id, run.attempt, run.queue)])
    return True


def find_job(site: Any, job_id: str) -> Job:
    """The job of that id; raises Missing."""
    job = site.ids.get(job_id)
    if not isinstance(job, Job):
        raise Missing(f"there is no job {job_id}")
    return job


def push(site: Any, deliveries: list[Delivery]) -> None:
    if deliveries:
        connection = site._p_jar
        after_commit(connection.transaction_manager.get(), connection.db(), deliveries)
