"""The page of an Mfile: its preview, facts and jobs."""

from typing import Any

from pyramid.response import Response

from mserve.resources.file_facets import Provenance
from mserve.resources.mfile import Mfile
from mserve.resources.roles import Permission
from mserve.security import service_of
from mserve.views import json, receipts
from mserve.views.api.provenance import make_again
from mserve.views.config import page
from mserve.views.html import locks, preview
from mserve.views.html.forms import form
from mserve.views.html.jobs import recent, shown
from mserve.views.html.listings import workflows
from mserve.views.html.template import may
from mserve.views.html.words import kind


@page(context=Mfile, permission=Permission.VIEW, template="mfile.jinja2")
def mfile(context: Mfile, request: Any) -> dict[str, Any]:
    """The file for people; its bytes are at `/-/content`."""
    node = json.node(request, context)
    return {
        "node": node,
        "icon": kind(node["mimetype"]),
        "preview": preview.shown(request, context),
        "workflows": workflows(service_of(context))
        if may(request, Permission.PROCESS, context)
        else [],
        "movable": context is not request.virtual_root,
        "receipt": receipts.of(request, context) if context.deposit else None,
        "again": again(request, context),
        "locks": locks.shown(request, context),
        "trash_days": service_of(context).property("trash_days"),
        **recent(request, context),
    }


def again(request: Any, mfile: Mfile) -> bool:
    """Whether the file was made by a task, and can be made again by who looks at it."""
    origin = mfile.content.origin
    return origin is not None and may(request, Permission.WRITE, mfile)


@form(context=Provenance, do="again", permission=Permission.WRITE)
def remake(context: Provenance, request: Any) -> Response:
    """Makes the file again, of what its source is by now; leads on to the job that does so."""
    return shown(request, make_again(request, context.node))
