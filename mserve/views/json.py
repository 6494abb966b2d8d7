"""The JSON of each noun: one small function a type. Times are RFC 3339, sizes bytes."""

from dataclasses import asdict
from typing import Any

from mserve.resources import clock, terms
from mserve.resources.container import Container
from mserve.resources.content import Content
from mserve.resources.key import Key
from mserve.resources.mfile import Mfile
from mserve.resources.pieces import EditionView
from mserve.resources.profile import Profile, TaskSet, TaskSpec, Workflow
from mserve.resources.service import Service
from mserve.tasks import retrieval
from mserve.vault import where
from mserve.views import derived, properties, quotas
from mserve.views.urls import facet_url, segment, url

Json = dict[str, Any]
OF_ALL = ("info", "history", "audit", "keys", "access", "usage", "usagesummary")
LINKS = {
    "site": (
        *OF_ALL, "search", "tasks", "nodes", "health", "status", "settings", "objects",
    ),
    "container": (
        *OF_ALL, "properties", "quotas", "profiles", "tasks", "search", "requests", "webdav",
    ),
    "service": (
        *OF_ALL, "properties", "quotas", "jobs", "rounds", "schedules", "profiles", "tasks",
        "search", "trash", "uploads", "batch", "webdav",
    ),
    "folder": (*OF_ALL, "metadata", "search", "jobs", "uploads", "copy", "batch", "webdav"),
    "mfile": (*OF_ALL, "metadata", "content", "jobs", "versions", "provenance", "copy"),
}  # fmt: skip
"""The facets of a node of that type; whether a key may open them is another question."""


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
        "links": {name: f"{base}/-/{name}" for name in _links(thing)},
    }
    extra = EXTRA.get(thing.type)
    shown = {**common, **extra(base, thing)} if extra else common
    return shown | derived.of(request, thing) if isinstance(thing, Mfile) else shown


def _links(thing: Any) -> tuple[str, ...]:
    deposited = getattr(thing, "deposit", None) is not None
    return (*LINKS[thing.type], "receipt") if deposited else LINKS[thing.type]


def _mfile(base: str, mfile: Mfile) -> Json:
    content = mfile.content
    newest = next(iter(mfile.job_ids()), None)
    busy = newest is not None and newest in mfile.site.active
    return {
        "size": content.size,
        "mimetype": mfile.mimetype,
        "sha256": content.sha256,
        "sha1": content.sha1,
        "md5": content.md5,
        "etag": mfile.etag,
        "version": mfile.version,
        "state": "processing" if busy else "ready",
        **stored(mfile, content),
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


def stored(mfile: Mfile, content: Content) -> Json:
    """Where the bytes of the file, or of a version of it, are, and which copies there are."""
    return {
        "stored": "here" if content.here else retrieval.state(mfile.site, content),
        "copies": {
            vault: {"verified": clock.rfc3339(verified), "where": where(content.sha256)}
            for vault, verified in content.copies.items()
        },
    }


def _service(base: str, service: Service) -> Json:
    return {**properties.terms(service), "quotas": quotas.limits(service)}


def _container(base: str, container: Container) -> Json:
    return {
        "takes_requests": container.takes_requests,
        "quotas": quotas.limits(container),
    }


EXTRA = {"mfile": _mfile, "service": _service, "container": _container}


def key(request: Any, thing: Key, secret: str | None = None) -> Json:
    """A key; with its `secret` in the answer that makes it, and never again."""
    shown = {
        "id": thing.id,
        "label": thing.label,
        "role": thing.role,
        "node": url(request, thing.__parent__),
        "parent": None if thing.parent is None else thing.parent.id,
        "caveats": terms.show(thing.caveats),
        "permissions": sorted(thing.permissions()),
        "maker": thing.maker,
        "created": clock.rfc3339(thing.created),
        "used": clock.rfc3339(thing.used),
        "spent": thing.spent,
        "revoked": clock.rfc3339(thing.revoked),
        "works": thing.works(clock.now()),
        "former_end": None if thing.former is None else clock.rfc3339(thing.former.end),
    }
    if secret is not None:
        shown |= {"key": secret, "url": f"{door_url(request)}/k/{secret}/"}
    return shown


def door_url(request: Any) -> str:
    """The URL of the application itself, also for a request below `/k/<key>/`."""
    script: str = request.script_name
    base = script.rpartition("/k/")[0] if "mserve.key" in request.environ else script
    return f"{request.host_url}{base}"


def profile(request: Any, thing: Profile | EditionView) -> Json:
    """A profile as the document that `PUT` takes."""
    return {
        "name": thing.name,
        "url": facet_url(request, thing.__parent__, "profiles", thing.name),
        "version": thing.version,
        "workflows": {
            name: _workflow(workflow) for name, workflow in sorted(thing.workflows.items())
        },
    }


def _workflow(workflow: Workflow) -> Json:
    schedule = workflow.schedule
    return {
        "sets": [_task_set(each) for each in workflow.sets],
        "window": workflow.window,
        "schedule": None if schedule is None else asdict(schedule),
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
        "mfile": spec.mfile,
    }
