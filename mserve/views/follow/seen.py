"""What is seen of a job at one look."""

from functools import partial
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from mserve.resources.job import Job
from mserve.resources.job_parts import Log
from mserve.resources.roles import Permission
from mserve.resources.run import RUNNING
from mserve.views import job_json
from mserve.views.follow.watch import Watch
from mserve.views.json import Json


class Seen(NamedTuple):
    """A job's JSON, how far its running tasks are, what they have said so far, by run id, and
    whether it has ended."""

    document: Json
    progress: job_json.Progress
    said: dict[str, str]
    ended: bool


def see(watch: Watch, *, logs: bool = False) -> Seen | None:
    """The job, with what is said if `logs`; None where the database is away. Raises NotThere."""
    return watch.look(partial(_see, watch.registry, logs))


def _see(registry: Any, logs: bool, asked: Any, job: Job) -> Seen:
    heard = registry.news.heard
    told = progress(registry.queues, job) if heard else {}
    words = said(registry.queues, job) if heard and logs and may_read_log(asked, job) else {}
    return Seen(job_json.job(asked, job, told), told, words, job.outcome is not None)


def may_read_log(request: Any, job: Job) -> bool:
    """Whether the client may see what the job's tasks say."""
    return bool(request.has_permission(Permission.VIEW, Log(job)))


def said(queues: Any, job: Job) -> dict[str, str]:
    """What the job's running tasks have said so far, by run id; nothing where Redis is away."""
    runs = _running(job)
    try:
        found: dict[str, str] = queues.read_said(runs) if runs else {}
    except RedisError:
        return {}
    return found


def _running(job: Job) -> list[str]:
    return [run.id for run in job.all_runs() if run.state == RUNNING]


def progress(queues: Any, job: Job) -> job_json.Progress:
    """What the job's running tasks say of themselves; nothing where Redis is away."""
    runs = _running(job)
    try:
        found: job_json.Progress = queues.read_progress(runs) if runs else {}
    except RedisError:
        return {}
    return found
