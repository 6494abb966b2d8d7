"""What the forms of pages do. Each leads on (303) to a page that shows what came of it.

With a script the pages speak REST instead; both doors lead to the same functions.
"""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve import ingest
from mserve.errors import BadInput
from mserve.resources.facets import Jobs
from mserve.resources.folder import Folder
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.resources.trash import Trashed
from mserve.security import service_of
from mserve.tasks import steering
from mserve.views import receipts
from mserve.views.api import files
from mserve.views.config import rest
from mserve.views.html.flash import Undo, flash
from mserve.views.html.forms import FILES, field, fields, form
from mserve.views.html.jobs import begun
from mserve.views.targets import find_node, former_folder, target_folder
from mserve.views.urls import facet_url, url


def shown(request: Any, node: Node) -> Response:
    """Leads on to the page of `node`."""
    return HTTPSeeOther(url(request, node))


@form(context=(Service, Folder), do=FILES, permission=Permission.ADD)
def upload(context: Branch, request: Any) -> Response:
    """Stores the files of the form."""
    onward = shown(request, context)
    files.add(context, request)
    return flash(request, onward, "uploaded")


@form(context=(Service, Folder), do="folder", permission=Permission.ADD)
def add_folder(context: Branch, request: Any) -> Response:
    """Makes a folder of the form's `name`."""
    receipts.need_others(request)
    name = field(request, "name")
    ingest.make_folder(context, name)
    return flash(request, shown(request, context), "folder", name)


@form(context=(Folder, Mfile), do="rename", permission=Permission.WRITE)
def rename(context: Node, request: Any) -> Response:
    """Gives the node the form's `name`."""
    former, name = str(context.__name__), field(request, "name")
    ingest.move(context, target_folder(request, context, None), name)
    onward = shown(request, context)
    undo = Undo("rename", onward.location, former)
    return flash(request, onward, "renamed", name, None if former == name else undo)


@form(context=(Folder, Mfile), do="remove", permission=Permission.REMOVE)
def remove(context: Node, request: Any) -> Response:
    """Removes the node with all below it, after the page has asked."""
    above = context.__parent__ if context is not request.virtual_root else context
    onward, name, service = shown(request, above), str(context.__name__), service_of(context)
    trashed = ingest.remove(context, recursive=True)
    if trashed is None:
        return flash(request, onward, "removed", name)
    reached = request.has_permission(Permission.REMOVE, service)
    place = facet_url(request, service, "trash", trashed.__name__)
    return flash(request, onward, "trashed", name, Undo("restore", place) if reached else None)


@form(context=Trashed, do="restore", permission=Permission.ADD)
def restore(context: Trashed, request: Any) -> Response:
    """Takes it back to where it was."""
    parent = former_folder(context, "make it again first")
    restored = ingest.restore(context, parent, context.origin[-1])
    return flash(request, shown(request, restored), "restored", context.origin[-1])


@form(context=Trashed, do="purge", permission=Permission.REMOVE)
def purge(context: Trashed, request: Any) -> Response:
    """Removes it for good."""
    onward = HTTPSeeOther(facet_url(request, context.__parent__, "trash"))
    ingest.purge(context)
    return flash(request, onward, "purged", context.origin[-1])


@form(context=Jobs, do="run", permission=Permission.PROCESS)
def run(context: Jobs, request: Any) -> Response:
    """Runs the form's `workflow` on the file."""
    workflow = field(request, "workflow")
    if not isinstance(context.node, Mfile):
        raise BadInput("a workflow runs on a file")
    job = steering.start(context.node, workflow)
    if job is None:
        raise BadInput(f"the workflow {workflow!r} has no tasks")
    return begun(request, shown(request, context.node), job)


@rest(context=(Service, Folder), method="POST", permission=Permission.VIEW,
      takes="Names", gives="TakenNames", door="json", form="taken")  # fmt: skip
def taken(context: Branch, request: Any) -> dict[str, Any]:
    """Which of the form's `name`s are taken, for the question before an upload replaces a file.

    A name may be a path below the place.
    """
    names = () if request.grant.own_only else fields(request).get("name", ())
    there = ((name, find_node(context, name)) for name in names)
    return {"taken": {name: node.type for name, node in there if node not in (None, context)}}
