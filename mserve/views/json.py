"""The JSON of each noun: one small function a type. Times are RFC 3339, sizes bytes."""

from typing import Any

from mserve.resources import clock
from mserve.resources.container import Container
from mserve.resources.content import Content, Rendition
from mserve.resources.mfile import Mfile
from mserve.resources.service import Service
from mserve.tasks import retrieval
from mserve.vault import where
from mserve.views import derived, properties, quotas
from mserve.views.urls import segment, url

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
            name: _rendition(f"{base}/-/{segment(name)}", each)
            for name, each in content.renditions.items()
        },
    }


def _rendition(url: str, rendition: Rendition) -> Json:
    return {
        "url": url,
        "width": rendition.width,
        "height": rendition.height,
        "mimetype": rendition.mimetype,
        "size": rendition.content.size,
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
