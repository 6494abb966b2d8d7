"""Nodes leave: into the trash of their service for a time, and then for good.

A trashed tree is detached as it is, at the cost of one node: its keys stop working and its jobs
are cancelled because it is not in the tree, and they work again when it is restored.
"""

from typing import Any

from mserve.errors import Conflict
from mserve.ingest.places import check_place
from mserve.ingest.unlocking import end_all
from mserve.resources import audit, clock, leftovers, metering
from mserve.resources.audit import Action
from mserve.resources.guard import need_change, need_leave
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node, depend_on
from mserve.resources.quota import need, need_of
from mserve.resources.schedule import unplan
from mserve.resources.standing import Standing
from mserve.resources.trash import Trashed
from mserve.tasks import engine

DAY = 86_400 * clock.SECOND


def remove(node: Node, *, recursive: bool = False) -> Trashed | None:
    """Takes `node` and all below it out of the tree; a file or folder goes to the trash.

    A container or service that is not empty goes only if `recursive` says so; else Conflict.
    """
    if node.__parent__ is None:
        raise Conflict("the site itself cannot be removed")
    depend_on([*([node.count] if isinstance(node, Branch) else ()), *node.above()])
    metering.hold(node)
    need_leave(node)
    service = node.find("service")
    if service is not None and service is not node:
        audit.record(node, Action.REMOVE, {"type": node.type})
        return _trash(node, service)
    if isinstance(node, Branch) and node.count() and not recursive:
        raise Conflict(f"{node.__name__!r} is not empty; add ?recursive=true to remove it with all")
    end_all(node)
    audit.record(node, Action.REMOVE, {"type": node.type})
    _forget(node, [*node.above()])
    node.__parent__.drop(node.__name__)
    return None


def _trash(node: Node, service: Any) -> Trashed | None:
    end_all(node)
    metering.settle(node)
    days = service.property("trash_days")
    trashed = Trashed(service, node, clock.now() + days * DAY)
    _place(node, service, -1, trashed.removed)
    node.__parent__.drop(node.__name__)
    _cancel_jobs(node, service.site)
    service.add_trash(trashed)
    if days == 0:
        purge(trashed)
        return None
    return trashed


def restore(trashed: Trashed, parent: Branch, name: str) -> Node:
    """Puts what was removed into `parent` as `name`. Raises BadName, NameTaken, Conflict."""
    node, service = trashed.node, trashed.__parent__
    if parent.find("service") is not service:
        raise Conflict("what was removed can be restored in its own service alone")
    check_place(node, parent, name)
    need_change(parent)
    standing = Standing.of(service.site, node)
    need(parent, standing.in_place.wanted(), payer=())
    for payer, wanted in standing.in_place.wanted_by_payer().items():
        need_of(service.site, payer, wanted)
    depend_on([node.counted, *parent.lineage()])
    service.drop_trash(trashed)
    parent.add(name, node)
    leftovers.note(node)
    node.touch()
    _place(node, service, 1, node.modified)
    audit.record(node, Action.RESTORE)
    return node


def _place(node: Node, service: Any, sign: int, moment: int) -> None:
    """Usage: it leaves its place (`sign` -1), or is back; the service keeps it either way."""
    standing = Standing.of(service.site, node)
    standing.change([each for each in node.above() if each.type == "folder"], sign, moment)
    standing.in_place.change([*service.lineage()], sign, moment, paid=True)


def purge(trashed: Trashed) -> None:
    """Removes for good what is in the trash."""
    above = [*trashed.__parent__.lineage()]
    standing = Standing.of(above[-1], trashed.node)
    standing.in_trash.change(above, -1, clock.now(), paid=True)
    audit.record_gone(trashed.__parent__, trashed.origin, trashed.node.id, Action.PURGE)
    _discard(trashed)


def _discard(trashed: Trashed) -> None:
    service = trashed.__parent__
    service.drop_trash(trashed)
    for each in _below(trashed.node):
        _drop_jobs(each, service)
        leftovers.forget(each, service)
        service.site.changed(each, service)
        service.site.forget(each)


def purge_expired(site: Any, moment: int, limit: int) -> int:
    """Removes for good up to `limit` things whose time in the trash is over; returns how many."""
    over = site.expired(moment, limit)
    for trashed in over:
        purge(trashed)
    return len(over)


def _forget(node: Node, above: list[Node]) -> None:
    """What a container or service had is counted no longer, and found no longer."""
    site = node.site
    Standing.of(site, node).change(above, -1, clock.now(), paid=True)
    for each in _below(node):
        _end(each, site)


def _end(node: Any, site: Any) -> None:
    _cancel_jobs(node, site)
    if node.type == "service":
        unplan(node)
        for id in node.rounds:
            site.rounds.discard(id)
        for _, job in node.jobs.items():
            site.ids.discard(job.id)
        for trashed in [*node.all_trash()]:
            _discard(trashed)
    site.forget(node)


def _cancel_jobs(node: Node, site: Any) -> None:
    """Cancels the jobs of a file now; those of files in a folder end when the engine meets them."""
    for id in node.job_ids() if isinstance(node, Mfile) else ():
        if job := site.active.get(id):
            engine.cancel(site, job)


def _drop_jobs(node: Node, service: Any) -> None:
    """The jobs of a file go with it; their outputs are bytes too."""
    for key in node.jobs if isinstance(node, Mfile) else ():
        service.jobs.discard(key)
        service.site.ids.discard(key.rpartition("-")[2])


def _below(node: Node) -> list[Node]:
    return [node, *(node.walk() if isinstance(node, Branch) else ())]
