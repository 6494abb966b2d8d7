"""Pages of what has children: the site, containers, services and folders."""

from typing import Any
from urllib.parse import urlencode

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
from mserve.views.html.template import may
from mserve.views.html.words import kind
from mserve.views.urls import facet_url

VIEWS = ("list", "grid")


@page(context=(Site, Container), permission=Permission.VIEW, template="branch.jinja2")
def branch(context: Branch, request: Any) -> dict[str, Any]:
    """What the site or a container holds."""
    return listing(context, request)


@page(context=(Service, Folder), permission=Permission.VIEW, template="folder.jinja2")
def folder(context: Branch, request: Any) -> dict[str, Any]:
    """Files and folders, with what the key may do to them."""
    service = service_of(context)
    shown: dict[str, Any] = {
        "deposits": bool(request.grant.own_only),
        "movable": isinstance(context, Folder) and context is not request.virtual_root,
        "closed": service.closed(clock.now()),
        "trash_days": service.property("trash_days"),
    }
    return listing(context, request) | shown


def listing(context: Branch, request: Any) -> dict[str, Any]:
    """A page of the children of `context` as rows, and how they are to be shown."""
    limit, after = paging.asked(request)
    found, total = receipts.page(request, context, limit + 1, after)
    pictures = may(request, Permission.RENDITIONS, context)
    rows = [row(request, child, pictures) for _, child in found[:limit]]
    listed = paging.page(request, context, rows, found, limit, total=total)
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else "list"
    kept = {"view": view} if view != "list" else {}
    return {
        "node": json.node(request, context),
        "rows": rows,
        "total": listed["total"],
        "next": listed["next"] and _with(listed["next"], kept),
        "cursor": after,
        "view": view,
        "keep": lambda address: _with(address, kept),
    }


def _with(address: str, query: dict[str, str]) -> str:
    """The URL `address` with further parameters."""
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


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
