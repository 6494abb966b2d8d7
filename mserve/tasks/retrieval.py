"""Retrieval: archived content that is asked for comes back by a job, one however many ask."""

from typing import Any

from mserve.resources import clock
from mserve.resources.content import Content
from mserve.resources.job import Job
from mserve.resources.profile import TaskSpec
from mserve.resources.run import FAILED
from mserve.tasks import engine, steering

TASK = "retrieve"
PAUSE = 60 * clock.SECOND
"""After a retrieval that failed, before a request starts another one."""


def retrieve(mfile: Any, content: Content) -> Job:
    """The job that brings back `content`, of `mfile` or of a version of it; starts it if need be.

    It may be one that has failed lately.
    """
    job = last(mfile.site, content)
    if job is None or (job.outcome is not None and not _failed_lately(job)):
        job = note(engine.start_task(mfile, TaskSpec(TASK, TASK, {}), "access", content))
        steering.note(job)
    return job


def last(site: Any, content: Content) -> Job | None:
    """The job that was last started to bring `content` back, unless its file was removed."""
    job = site.ids.get(content.retrieval or "")
    return job if isinstance(job, Job) and job.in_tree else None


def note(job: Job) -> Job:
    """Has a job, if it is a retrieval, be the one that all are told of who ask meanwhile."""
    content = job.content
    if job.name == TASK and content is not None and not content.here:
        content.retrieval = job.id
    return job


def state(site: Any, content: Content) -> str:
    """What becomes of a content that is in the archive."""
    running = content.retrieval is not None and content.retrieval in site.active
    return "retrieving" if running else "archived"


def _failed_lately(job: Job) -> bool:
    return job.outcome == FAILED and clock.now() - (job.ended or 0) < PAUSE
