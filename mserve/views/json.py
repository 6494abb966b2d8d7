"""The JSON of each noun: one small function a type. Times are RFC 3339, sizes bytes."""

from collections.abc import Mapping
from typing import Any

from mserve.resources import clock
from mserve.resources.job import DONE, ENDED, Job, JobOutput, TaskRun
from mserve.resources.key import Key
from mserve.resources.mfile import Mfile
from mserve.resources.profile import Profile, TaskSet, TaskSpec
from mserve.resources.properties import PROPERTIES
from mserve.resources.service import Service
from mserve.resources.usage import RATES, Figure
from mserve.views.urls import facet_url, segment, url

Json = dict[str, Any]
Progress = Mapping[str, tuple[float, str]]
LINKS = {
    "site": ("info", "keys", "usage", "search", "health"),
    "container": ("info", "keys", "usage", "search"),
    "service": ("info", "keys", "usage", "jobs", "profiles", "search", "trash", "uploads", "batch"),
    "folder": ("info", "keys", "usage", "search", "uploads", "copy", "batch"),
    "mfile": ("info", "content", "keys", "usage", "jobs", "versions", "copy"),
}


def node(request: Any, thing: Any, here: str | None = None) -> Json:
    """Any node, with what its own type adds; `here` is its URL, if that is known."""
    here = here or url(request, thing)
    base = here.rstrip("/")
    common = {
        "id": thing.id,
        "type": thing.type,
        "name": thing.__name__,
        "url": here,
        "created": clock.rfc3339(thing.created),
        "modified": clock.rfc3339(thing.modified),
        "metadata": dict(thing.metadata),
        "links": {name: f"{base}/-/{name}" for name in LINKS[thing.type]},
    }
    extra = EXTRA.get(thing.type)
    return {**common, **extra(base, thing)} if extra else common


def _mfile(base: str, mfile: Mfile) -> Json:
    content = mfile.content
    newest = next(iter(mfile.job_ids()), None)
    busy = newest is not None and newest in mfile.site.active
    return {
        "size": content.size,
        "mimetype": mfile.mimetype,
        "sha256": content.sha256,
        "md5": content.md5,
        "etag": mfile.etag,
        "version": mfile.version,
        "state": "processing" if busy else "ready",
        "renditions": {
            name: {
                "url": f"{base}/-/{segment(name)}",
                "width": rendition.width,
                "height": rendition.height,
                "mimetype": rendition.mimetype,
                "size": rendition.content.size,
            }
            for name, rendition in content.renditions.items()
        },
    }


def _service(base: str, service: Service) -> Json:
    return {
        "start": clock.rfc3339(service.start),
        "end": clock.rfc3339(service.end),
        "priority": service.priority,
        "profile": service.profile,
        "properties": {name: service.property(name) for name in PROPERTIES},
    }


EXTRA = {"mfile": _mfile, "service": _service}


def key(request: Any, thing: Key, secret: str | None = None) -> Json:
    """A key; with its `secret` in the answer that makes it, and never again."""
    terms = {"start": thing.start, "end": thing.end}
    caveats: Json = {name: clock.rfc3339(at) for name, at in terms.items() if at is not None}
    if thing.accessspeed is not None:
        caveats["accessspeed"] = thing.accessspeed
    shown = {
        "id": thing.id,
        "label": thing.label,
        "role": thing.role,
        "node": url(request, thing.__parent__),
        "parent": None if thing.parent is None else thing.parent.id,
        "caveats": caveats,
        "created": clock.rfc3339(thing.created),
        "revoked": clock.rfc3339(thing.revoked),
        "works": thing.works(clock.now()),
    }
    if secret is not None:
        shown |= {"key": secret, "url": f"{door_url(request)}/k/{secret}/"}
    return shown


def door_url(request: Any) -> str:
    """The URL of the application itself, also for a request below `/k/<key>/`."""
    script: str = request.script_name
    base = script.rpartition("/k/")[0] if "mserve.key" in request.environ else script
    return f"{request.host_url}{base}"


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
        "sha256": thing.sha256,
        "state": thing.state,
        "percent": percent(thing, progress or {}),
        "created": clock.rfc3339(thing.created),
        "started": clock.rfc3339(thing.started),
        "ended": clock.rfc3339(thing.ended),
        "sets": [_set(request, thing, n, each) for n, each in enumerate(thing.plan.sets)],
    }


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


def _run(request: Any, thing: Job, run: TaskRun) -> Json:
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
        "outputs": [_output(request, thing, run, output) for output in run.outputs],
    }


def _output(request: Any, thing: Job, run: TaskRun, output: JobOutput) -> Json:
    place = f"{run.id.partition('-')[2]}-{output.name}"
    return {
        "name": output.name,
        "mimetype": output.mimetype,
        "size": output.content.size,
        "sha256": output.content.sha256,
        "url": facet_url(request, thing.__parent__, "jobs", thing.id, "outputs", place),
    }


def figure(metric: str, each: Figure, moment: int) -> Json:
    """One metric's report, as of `moment` (µs)."""
    used = each.used(moment) if metric in RATES else None
    return {
        "metric": metric,
        "total": each.total if used is None else used,
        "reports": each.reports,
        "squares": each.squares,
        "nInProgress": each.running,
        "rate": each.rate,
        "rateTime": clock.rfc3339(moment) if used is not None else None,
        "rateCumulative": used or 0,
    }


def profile(request: Any, thing: Profile) -> Json:
    """A profile as the document that `PUT` takes."""
    return {
        "name": thing.name,
        "url": facet_url(request, thing.__parent__, "profiles", thing.name),
        "version": thing.version,
        "workflows": {
            name: {"sets": [_task_set(each) for each in workflow.sets]}
            for name, workflow in sorted(thing.workflows.items())
        },
    }


def _task_set(task_set: TaskSet) -> Json:
    return {
        "name": task_set.name,
        "on_failure": task_set.on_failure,
        "tasks": [_spec(spec) for spec in task_set.tasks],
    }


def _spec(spec: TaskSpec) -> Json:
    return {
        "task": spec.task,
        "name": spec.name,
        "arguments": dict(spec.arguments),
        "condition": spec.condition,
        "queue": spec.queue,
        "retries": spec.retries,
    }
