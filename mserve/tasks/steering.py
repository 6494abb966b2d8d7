"""Steering: what people do with jobs that there are: stop them, retry what failed, run them again.

As the engine's, each function acts on the tree inside its caller's transaction.
"""

from typing import Any

from mserve.errors import Conflict
from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.job import Job
from mserve.resources.profile import TaskSpec
from mserve.resources.quota import need_jobs
from mserve.resources.run import DONE, RUNNING, Run
from mserve.tasks import ending, engine
from mserve.tasks.delivery import Delivery
from mserve.tasks.outbox import stop_after_commit
from mserve.tasks.telling import tell


def start(node: Any, workflow: str, queue: str | None = None) -> Job | None:
    """Starts a workflow by hand, as `engine.start` does. Raises OverMonthlyQuota."""
    need_jobs(node)
    job = engine.start(node, "manual", workflow, queue)
    if job is not None:
        note(job)
    return job


def start_task(node: Any, spec: TaskSpec) -> Job:
    """Starts one task by hand, as `engine.start_task` does. Raises OverMonthlyQuota."""
    need_jobs(node)
    return note(engine.start_task(node, spec))


def note(job: Job, action: Action = Action.JOB_START) -> Job:
    """Records what was done with a job of a file or service that is there."""
    if job.in_tree:
        audit.record(job.node, action, after={"job": job.id, "name": job.name})
    return job


def stop(site: Any, job: Job) -> None:
    """Ends a job, and after the commit those of its tasks that run. Raises Conflict if it has."""
    if job.outcome is not None:
        raise Conflict(f"the job has ended already: it is {job.state}")
    running = [run for run in job.all_runs() if run.state == RUNNING]
    stops = [(str(run.worker), _delivery(run)) for run in running]
    note(job, Action.JOB_CANCEL)
    engine.cancel(site, job)
    connection = site._p_jar
    stop_after_commit(connection.transaction_manager.get(), connection.db(), stops)


def retry(site: Any, job: Job) -> None:
    """Takes up a job that has failed or was cancelled, with what of it did not end well.

    Raises Conflict where nothing of it failed, or where its file is not what it was;
    OverMonthlyQuota.
    """
    failures = job.failures
    _check_retry(job, failures)
    need_jobs(job.node)
    if job.round is not None and job.outcome is not None:
        job.round.count(job.id, job.outcome, -1)
    job.reopen()
    site.active[job.id] = job
    for run in failures:
        run.failures = run.lapses = 0
        run.ended = None
        ending.again(site, run, 0)
    engine.push(site, [_delivery(run) for run in failures])
    tell(job)
    note(job, Action.JOB_RETRY)
    engine.advance(site, job.id)


def _check_retry(job: Job, failures: list[Run]) -> None:
    if job.outcome is None:
        raise Conflict("the job has not ended; what fails in it is tried again by itself")
    if job.outcome == DONE and not failures:
        raise Conflict("all tasks of the job have ended well; it can be run again")
    if not job.in_tree:
        raise Conflict(f"the {job.node.type} of the job is not there any more")
    if job.mfile is not None and job.mfile.content.sha256 != job.sha256:
        raise Conflict("the file has other content now; run the job again")


def run_again(job: Job) -> Job:
    """A new job of the same workflow, as it is by now, or of the same task. Raises Conflict."""
    if not job.in_tree:
        raise Conflict(f"the {job.node.type} of the job is not there any more")
    profile = job.service.profiles[job.service.profile]
    if job.name not in profile.workflows:
        (task_set,) = job.plan.sets
        (spec,) = task_set.tasks
        return start_task(job.node, spec)
    made = start(job.node, job.name, job.queue)
    if made is None:
        raise Conflict(f"the workflow {job.name!r} has no tasks by now")
    return made


def _delivery(run: Run) -> Delivery:
    return Delivery(run.id, run.attempt, run.queue)
