"""Opening: the task runs of a set as it begins, due where their condition holds."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from mserve.errors import BadInput, OverMonthlyQuota, TaskError
from mserve.resources.job import Job
from mserve.resources.profile import TaskSet, TaskSpec
from mserve.resources.run import DUE, FAILED, SKIPPED, Run, SkippedRun, TaskRun
from mserve.tasks import facts
from mserve.tasks.condition import Condition


def make_runs(job: Job, task_set: TaskSet, fault: OverMonthlyQuota | None) -> tuple[Run, ...]:
    """A run for each task of the set, the job's next: due, skipped, or failed, as those are whose
    condition cannot be told; and all that would be due where `fault` says that nothing may begin.
    """
    number, holds = len(job.runs), lru_cache(partial(_holds, facts.of_job(job), fault))
    return tuple(
        _make_run(job, f"{number}-{index}", spec, holds)
        for index, spec in enumerate(task_set.tasks)
    )


def _holds(known: Mapping[str, Any], fault: OverMonthlyQuota | None, condition: str) -> bool:
    """Raises TaskError where it does, and yet nothing is to begin this month."""
    holds = Condition.parse(condition).holds(known)
    if holds and fault is not None:
        raise TaskError(str(fault))
    return holds


def _make_run(job: Job, place: str, spec: TaskSpec, holds: Callable[[str], bool]) -> Run:
    queue = facts.queue_of(spec, job.service, job.queue)
    try:
        if holds(spec.condition):
            return TaskRun(job, place, queue, DUE)
        return SkippedRun(job, place, queue, SKIPPED)
    except (TaskError, BadInput) as fault:
        run = TaskRun(job, place, queue, FAILED)
        run.error = str(fault)
        return run
