"""Facts: what conditions can ask about, and where a task waits."""

from typing import Any

from mserve.resources.job import Job
from mserve.resources.profile import TaskSpec


def queue_of(spec: TaskSpec, service: Any, queue: str | None = None) -> str:
    """Where a task waits: as its spec says, else the `queue` asked for, else by priority."""
    return spec.queue or queue or ("priority" if service.priority else "normal")


def of_job(job: Job) -> dict[str, Any]:
    """What a condition can ask about."""
    mfile = job.mfile
    known = None if mfile is None else {**of_file(mfile), **of_content(mfile, job.content)}
    return about(known, job.service, job.name, job.trigger)


def of_file(mfile: Any) -> dict[str, Any]:
    return {
        "name": mfile.__name__,
        "version": mfile.version,
        "metadata": dict(mfile.metadata),
    }


def of_content(mfile: Any, content: Any) -> dict[str, Any]:
    kind = content.mimetype or mfile.announced or "application/octet-stream"
    return {"mimetype": kind, "size": content.size}


def about(mfile: dict[str, Any] | None, service: Any, name: str, trigger: str) -> dict[str, Any]:
    """The variables of a condition, about a file that may be made up, or none."""
    return {
        **({} if mfile is None else {"mfile": mfile}),
        "service": {"name": service.__name__, "priority": service.priority},
        "job": {"name": name, "trigger": trigger},
    }
