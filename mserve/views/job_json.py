"""The JSON of jobs, their tasks, attempts and outputs. Times are RFC 3339, sizes bytes."""

from collections.abc import Mapping
from typing import Any

from mserve.resources import clock
from mserve.resources.job import Job
from mserve.resources.profile import TaskSet, TaskSpec
from mserve.resources.run import DONE, ENDED, Attempt, JobOutput, Run
from mserve.tasks.thumbnails import NAME as THUMBNAIL
from mserve.views import derived
from mserve.views.json import Json
from mserve.views.urls import facet_url, url

Progress = Mapping[str, tuple[float, str]]


def job(request: Any, thing: Job, progress: Progress | None = None) -> Json:
    """A job with its sets; `progress` holds what running tasks say of themselves, by run id."""
    parent = thing.__parent__
    return {
        "id": thing.id,
        "name": thing.name,
        "url": facet_url(request, parent, "jobs", thing.id),
        "trigger": thing.trigger,
        "workflow": thing.name,
        "profile_version": thing.edition.version,
        "mfile": url(request, thing.mfile) if parent is thing.mfile else None,
        "round": _round(request, thing),
        "sha256": thing.sha256,
        "state": thing.state,
        "percent": percent(thing, progress or {}),
        "created": clock.rfc3339(thing.created),
        "started": clock.rfc3339(thing.started),
        "ended": clock.rfc3339(thing.ended),
        "sets": [_set(request, thing, n, each) for n, each in enumerate(thing.plan.sets)],
    }


def _round(request: Any, thing: Job) -> str | None:
    """The URL of the round that it is of, as long as that is kept."""
    round, service = thing.round, thing.service
    if round is None or round.id not in service.rounds:
        return None
    return facet_url(request, service, "rounds", round.id)


def percent(thing: Job, progress: Progress) -> int:
    """How much of the job is done: each planned task counts the same."""
    planned = sum(len(each.tasks) for each in thing.plan.sets)
    done = sum(
        1.0 if run.state in ENDED else progress.get(run.id, (0.0, ""))[0]
        for run in thing.all_runs()
    )
    return 100 if thing.outcome == DONE else int(100 * done / planned) if planned else 0


def _set(request: Any, thing: Job, number: int, task_set: TaskSet) -> Json:
    if number < len(thing.runs):
        tasks = [_run(request, thing, run) for run in thing.runs[number]]
    else:
        tasks = [_planned(spec) for spec in task_set.tasks]
    return {"name": task_set.name, "on_failure": task_set.on_failure, "tasks": tasks}


def _planned(spec: TaskSpec) -> Json:
    """A task whose set has not begun."""
    return {"name": spec.name, "task": spec.task, "state": "waiting"}


def _run(request: Any, thing: Job, run: Run) -> Json:
    return {
        "id": run.id,
        "name": run.spec.name,
        "task": run.spec.task,
        "arguments": dict(run.spec.arguments),
        "state": run.state,
        "queue": run.queue,
        "attempt": run.attempt,
        "worker": run.worker,
        "started": clock.rfc3339(run.started),
        "ended": clock.rfc3339(run.ended),
        "seconds": run.seconds,
        "result": dict(run.result),
        "error": run.error,
        "attempts": [_attempt(each) for each in run.attempts],
        "outputs": [_output(request, thing, run, output) for output in run.outputs],
    }


def _attempt(each: Attempt) -> Json:
    """An attempt that has ended; what it said is in the job's log."""
    return {
        "number": each.number,
        "worker": each.worker,
        "started": clock.rfc3339(each.started),
        "ended": clock.rfc3339(each.ended),
        "seconds": each.seconds,
        "cpu": each.cpu,
        "memory": each.memory,
        "error": each.error,
    }


def _output(request: Any, thing: Job, run: Run, output: JobOutput) -> Json:
    place = f"{run.id.partition('-')[2]}-{output.name}"
    here = facet_url(request, thing.__parent__, "jobs", thing.id, "outputs", place)
    return {
        "name": output.name,
        "mimetype": output.mimetype,
        "size": output.content.size,
        "sha256": output.content.sha256,
        "url": here,
        "thumbnail": f"{here}/thumbnail" if THUMBNAIL in output.content.renditions else None,
        "mfile": derived.url_of(request, output.mfile),
        "fault": output.fault,
    }
