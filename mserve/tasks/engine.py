"""The engine: jobs start, their sets are opened in order, and they end. The tree is the truth.

Every function acts on the tree inside its caller's transaction; what it makes due is pushed to the
queue after the commit. What workers do with task runs is in attempts.py.
"""

from typing import Any

from mserve.errors import BadInput, Missing, TaskError
from mserve.resources import clock, usage
from mserve.resources.job import Job
from mserve.resources.profile import Edition, TaskSet, TaskSpec, Workflow
from mserve.resources.run import CANCELLED, DONE, DUE, ENDED, FAILED, SKIPPED, TaskRun
from mserve.tasks import facts
from mserve.tasks.condition import Condition
from mserve.tasks.news import Change
from mserve.tasks.queue import Delivery, after_commit


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
    tell(job)


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
    tell(job)


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


def tell(job: Job) -> None:
    """Lets those who follow the job know, after the commit, that it has changed."""
    connection = job.service._p_jar
    transaction = connection.transaction_manager.get()
    after_commit(transaction, connection.db(), changes=[Change.of(job)])
