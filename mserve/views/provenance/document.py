"""The JSON of a graph of provenance."""

from typing import Any

from mserve.resources import clock
from mserve.resources.mfile import Mfile
from mserve.resources.roles import Permission
from mserve.views import derived
from mserve.views.provenance.graph import Activity, Entity, Graph, file_id
from mserve.views.urls import facet_url, url

Json = dict[str, Any]


def document(request: Any, mfile: Mfile, graph: Graph) -> Json:
    return {
        "mfile": url(request, mfile),
        "entity": file_id(mfile.id, mfile.content.sha256),
        "stale": derived.of(request, mfile)["stale"],
        "entities": [_entity(request, each) for each in graph.entities.values()],
        "activities": [_activity(request, each) for each in graph.activities.values()],
    }


def _entity(request: Any, each: Entity) -> Json:
    """A file has a URL while it has that content; what it was before is told all the same."""
    node = each.node
    now = node is not None and node.content.sha256 == each.sha256
    return {
        "id": each.id,
        "type": each.type,
        "name": each.name,
        "sha256": each.sha256,
        "mfile": each.mfile,
        "url": url(request, node) if now else None,
        "stale": now and derived.of(request, node)["stale"],
        "complete": each.complete,
        "provenance": None if node is None else facet_url(request, node, "provenance"),
    }


def _activity(request: Any, each: Activity) -> Json:
    """What it was told, and by whom, is for those alone who may see what it ran on."""
    origin, known = each.origin, each.unseen == 0
    job = request.site.ids.get(origin.job) if known else None
    if job is not None and not request.has_permission(Permission.VIEW, job):
        job = None
    return {
        "id": f"run-{origin.run}",
        "task": origin.task,
        "arguments": dict(origin.arguments) if known else None,
        "tools": dict(origin.tools),
        "worker": origin.worker if known else None,
        "started": clock.rfc3339(origin.started),
        "ended": clock.rfc3339(origin.ended),
        "job": facet_url(request, job.__parent__, "jobs", job.id) if job else None,
        "used": [*each.used],
        "generated": [*each.generated],
        "unseen": each.unseen,
    }
