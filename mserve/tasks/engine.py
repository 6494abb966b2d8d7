"""The engine: jobs start, their sets are opened in order, and they end. The tree is the truth.

Every function acts on the tree inside its caller's transaction; what it makes due is pushed to the
queue after the commit. What workers do with task runs is in attempts.py.
"""

from typing import Any

from mserve.errors import BadInput, Missing
from mserve.resources import clock, metering, metrics
from mserve.resources.content import Content
from mserve.resources.job import Job
from mserve.resources.profile import Edition, Profile, TaskSet, TaskSpec, Workflow
from mserve.resources.quota import spent
from mserve.resources.run import CANCELLED, DONE, DUE, ENDED, FAILED
from mserve.tasks import opening
from mserve.tasks.delivery import Delivery
from mserve.tasks.doors import close_door
from mserve.tasks.outbox import after_commit
from mserve.tasks.telling import tell


def start(
    node: Any, trigger: str, workflow: str | None = None, queue: str | None = None
) -> Job | None:
    """Starts the workflow (default: the trigger's) on a file, or for a service, without a file.

    None where it has no tasks. `queue` is where its tasks wait that name none themselves.
    """
    service = node.find("service")
    profile = service.profiles[service.profile]
    name = workflow or trigger
    if not find_workflow(profile, name).specs:
        return None
    return start_edition(node, trigger, name, profile.edition, queue)


def find_workflow(profile: Profile, name: str) -> Workflow:
    """The workflow of that name; raises BadInput."""
    if name not in profile.workflows:
        known = ", ".join(sorted(profile.workflows))
        raise BadInput(f"the profile {profile.name!r} has no workflow {name!r}; it has: {known}")
    return profile.workflows[name]


def start_edition(
    node: Any,
    trigger: str,
    name: str,
    edition: Edition,
    queue: str | None = None,
    round: Any = None,
) -> Job:
    """Starts the workflow `name` as it is in that edition, be it as a part of a round."""
    job = _make(node, trigger, name, edition, queue)
    if round is not None:
        job.round = round
    return _start(job)


def start_task(
    node: Any, spec: TaskSpec, trigger: str = "manual", content: Content | None = None
) -> Job:
    """Starts one task, as a job of one set; on a version's `content` if that is given."""
    service = node.find("service")
    plan = Workflow((TaskSet(spec.name, (spec,)),))
    edition = Edition(service.profiles[service.profile].version, {spec.name: plan})
    job = _make(node, trigger, spec.name, edition)
    if content is not None:
        job.content, job.sha256 = content, content.sha256
    return _start(job)


def _make(node: Any, trigger: str, name: str, edition: Edition, queue: str | None = None) -> Job:
    mfile = None if node.type == "service" else node
    return Job(node.find("service"), mfile, trigger, name, edition, queue)


def _start(job: Job) -> Job:
    site = job.service.site
    site.register(job)
    site.active[job.id] = job
    job.service.jobs[job.sort_key] = job
    if job.mfile is not None:
        job.mfile.note_job(job.sort_key)
    _advance(site, job)
    return job


def advance(site: Any, job_id: str) -> bool:
    """Opens the job's next set when the present one has ended, or ends the job.

    False where tasks of the set are left to do, as far as this transaction can see.
    """
    job = site.active.get(job_id)
    return True if job is None else _advance(site, job)


def _advance(site: Any, job: Job) -> bool:
    if not job.in_tree:
        cancel(site, job)
        return True
    if not job.set_ended:
        return False
    while job.outcome is None and job.set_ended:
        _go_on(site, job)
    return True


def _go_on(site: Any, job: Job) -> None:
    """The current set has ended: what comes next."""
    task_set = job.next_set()
    if job.set_failed:
        _close(site, job, FAILED)
    elif task_set is None:
        _close(site, job, DONE)
    else:
        _open(site, job, task_set)


def _open(site: Any, job: Job, task_set: TaskSet) -> None:
    fault = spent(job.node, metrics.JOB_RUNTIME, job.payer)
    runs = opening.make_runs(job, task_set, fault)
    job.open_set(runs)
    due = [run for run in runs if run.state == DUE]
    for run in due:
        site.due[run.id] = (run.attempt, run.queue, 0)
    push(site, [Delivery(run.id, run.attempt, run.queue) for run in due])
    if fault is not None and any(run.state == FAILED for run in runs):
        _close(site, job, FAILED)
    tell(job)


def _close(site: Any, job: Job, outcome: str) -> None:
    job.close(outcome)
    site.active.discard(job.id)
    if job.round is not None:
        job.round.count(job.id, outcome)
    if job.in_tree and not job.counted:
        job.counted = True
        metering.report(job.node.lineage(), metrics.JOB, 1, payer=job.payer)
    tell(job)


def cancel(site: Any, job: Job) -> None:
    """Ends a job: what is due is not done, and what runs is not waited for."""
    for run in job.all_runs():
        if run.state not in ENDED:
            run.move(CANCELLED)
            run.ended = clock.now()
            site.due.discard(run.id)
            site.running.discard(run.id)
            close_door(site, run)
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
