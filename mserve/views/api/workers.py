"""REST of what does the work: nodes, workers and queues, at `/-/nodes` of the site."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from mserve.errors import BadInput
from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.facets import NodesFacet
from mserve.resources.roles import Permission
from mserve.resources.site import Site
from mserve.tasks.delivery import members
from mserve.tasks.nodes import NodeFacts, Nodes, WorkerFacts
from mserve.views.body import Fields, document, text
from mserve.views.config import rest
from mserve.views.json import Json
from mserve.views.profiles import queue
from mserve.views.urls import facet_url


@rest(context=NodesFacet, method="GET", permission=Permission.ADMIN, gives="AtWork")
def listing(context: NodesFacet, request: Any) -> Json:
    """The nodes with their workers, and the queues with their depth."""
    nodes = Nodes(request.queues.redis)
    return {
        "nodes": [_node(request, each) for each in nodes.nodes()],
        "queues": [asdict(each) for each in nodes.queues(request.settings.queues)],
    }


def _node(request: Any, node: NodeFacts) -> Json:
    return {**asdict(node), "workers": [_worker(request, each) for each in node.workers]}


def _worker(request: Any, worker: WorkerFacts) -> Json:
    """A worker with the tasks that it is at, and the URL of their job."""
    ids = (id.rpartition("-")[0] for id in members(worker.delivery or ""))
    runs = [run for run in map(request.site.run, ids) if run is not None]
    jobs = [facet_url(request, run.job.__parent__, "jobs", run.job.id) for run in runs[:1]]
    return {
        **asdict(worker),
        "tasks": [run.spec.task for run in runs],
        "job": jobs[0] if jobs else None,
    }


@rest(context=NodesFacet, method="POST", permission=Permission.ADMIN,
      takes="NodeAction", gives="AtWork")  # fmt: skip
def steer(context: NodesFacet, request: Any) -> Json:
    """Has a queue rest or a node take no more, or go on: `{"action", "queue" | "node"}`.

    `pause` and `resume` are of a queue, `drain` and `resume` of a node. A task that has begun is
    finished. A node is as it calls itself in the listing.
    """
    fields = Fields(document(request))
    action = fields.need("action", _is_action)
    place = fields.take("queue", queue(request.settings))
    node = fields.take("node", text)
    fields.end()
    act(context.node, Nodes(request.queues.redis), action, place, node)
    answer: Json = listing(context, request)
    return answer


def act(site: Site, nodes: Nodes, action: str, place: str | None, node: str | None) -> None:
    """Pauses the queue `place`, drains `node`, or has either go on; raises BadInput."""
    of: tuple[Callable[[str, bool], None], str | None]
    of = (nodes.pause, place) if action == "pause" else (nodes.drain, node)
    if action == "resume":
        of = (nodes.pause, place) if place is not None else (nodes.drain, node)
    change, name = of
    if name is None or (place is None) == (node is None):
        raise BadInput('a "queue" is paused, a "node" drained, and either one resumed')
    change(name, action != "resume")
    named = {"node": name} if place is None else {"queue": name}
    audit.record(site, Action(f"work-{action}"), after=named)


def _is_action(value: Any) -> str:
    if value not in ("pause", "drain", "resume"):
        raise BadInput('should be "pause", "drain" or "resume"')
    return str(value)
