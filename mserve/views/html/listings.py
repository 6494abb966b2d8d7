"""Pages of what has children: the site, containers, services and folders."""

from itertools import islice
from typing import Any

from mserve.resources import clock
from mserve.resources.container import Container
from mserve.resources.folder import Folder
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.resources.site import Site
from mserve.security import service_of
from mserve.views import json, paging, receipts
from mserve.views.config import page
from mserve.views.html.asked import KINDS, Asked, further
from mserve.views.html.beginning import beginning
from mserve.views.html.template import may
from mserve.views.html.words import kind
from mserve.views.urls import facet_url

ROWS = 50
"""As many as some screens show; each takes a browser time, of what is seen first too."""


@page(context=(Site, Container), permission=Permission.VIEW, template="branch.jinja2")
def branch(context: Branch, request: Any) -> dict[str, Any]:
    """What the site or a container holds, and a form for more."""
    return {**listing(context, request), **beginning(request, context)}


@page(context=(Service, Folder), permission=Permission.VIEW, template="folder.jinja2")
def folder(context: Branch, request: Any) -> dict[str, Any]:
    """Files and folders, with what the key may do to them."""
    service = service_of(context)
    shown: dict[str, Any] = {
        "deposits": bool(request.grant.own_only),
        "place": f"{context.id}.{request.grant.key.id}",  # where a browser keeps what it uploads
        "movable": isinstance(context, Folder) and context is not request.virtual_root,
        "closed": service.closed(clock.now()),
        "trash_days": service.property("trash_days"),
        "picks": not request.grant.own_only,
        "workflows": workflows(service) if may(request, Permission.PROCESS, context) else [],
    }
    return listing(context, request) | shown


def workflows(service: Service) -> list[str]:
    """Names of the service's workflows that have something to do."""
    profile = service.profiles[service.profile]
    filled = [name for name, each in profile.workflows.items() if any(s.tasks for s in each.sets)]
    return sorted(filled)


def listing(context: Branch, request: Any) -> dict[str, Any]:
    """A page of the children of `context`, or of what is sought below it, as rows."""
    asked = Asked() if request.grant.own_only else Asked.of(request.GET)
    limit, after = paging.asked(request, ROWS)
    found, total = page_of(request, context, asked, limit + 1, after)
    pictures = may(request, Permission.RENDITIONS, context)
    rows = [row(request, child, pictures) for _, child in found[:limit]]
    for each, (_, child) in zip(rows, found, strict=False) if asked.words else ():
        each["place"] = "/".join(path_between(child.__parent__, context))
    listed = paging.page(request, context, rows, found, limit, total=total)
    return {
        "node": json.node(request, context),
        "rows": rows,
        "total": listed["total"],
        "next": listed["next"] and further(listed["next"], asked.parameters),
        "cursor": after,
        "asked": asked,
        "kinds": KINDS,
        "view": asked.view,
        "orders": lambda order: asked.address(sort=order),
        "views": lambda view: asked.address(view=view),
        "keep": lambda address: further(address, {"view": "grid"} if asked.view == "grid" else {}),
    }


def page_of(
    request: Any, context: Branch, asked: Asked, limit: int, after: str | None
) -> tuple[list[tuple[str, Any]], int | None]:
    """Up to `limit` nodes with the cursors behind them; how many there are, if it is known."""
    if asked.plain:
        return receipts.page(request, context, limit, after)
    skip = paging.number(after) if after else 0
    seen = (each for each in asked.nodes(context) if may(request, Permission.VIEW, each))
    nodes = islice(seen, skip, skip + limit)
    return [(str(number), node) for number, node in enumerate(nodes, skip + 1)], None


def path_between(below: Any, above: Any) -> list[str]:
    """Names on the way down from `above` to `below`."""
    names: list[str] = []
    for each in below.lineage():
        if each is above:
            break
        names.insert(0, each.__name__)
    return names


def row(request: Any, node: Node, pictures: bool) -> dict[str, Any]:
    """A child as its listing shows it; `tag` changes when the row does."""
    shown = json.node(request, node)
    if isinstance(node, Branch):
        shown |= {"icon": node.type, "count": node.count(), "picture": None, "job": None}
    else:
        shown |= {
            "icon": kind(shown["mimetype"]),
            "picture": shown["renditions"].get("thumbnail") if pictures else None,
            "job": newest_job(request, node) if shown["state"] == "processing" else None,
        }
    parts = ("name", "modified", "state", "mimetype", "count")
    tag = [str(shown.get(part, "")) for part in parts] + [str(bool(shown["picture"]))]
    return shown | {"tag": " ".join(tag)}


def newest_job(request: Any, mfile: Any) -> str | None:
    """The URL of the file's newest job."""
    id = next(iter(mfile.job_ids()), None)
    return None if id is None else facet_url(request, mfile, "jobs", id)
