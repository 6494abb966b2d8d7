"""The page of an Mfile: its picture, facts and jobs."""

from typing import Any

from mserve.resources.mfile import Mfile
from mserve.resources.roles import Permission
from mserve.security import service_of
from mserve.views import json
from mserve.views.config import page
from mserve.views.html.jobs import recent
from mserve.views.html.template import may
from mserve.views.html.words import kind


@page(context=Mfile, permission=Permission.VIEW, template="mfile.jinja2")
def mfile(context: Mfile, request: Any) -> dict[str, Any]:
    """The file for people; its bytes are at `/-/content`."""
    node = json.node(request, context)
    pictured = may(request, Permission.RENDITIONS, context)
    return {
        "node": node,
        "icon": kind(node["mimetype"]),
        "picture": node["renditions"].get("poster") if pictured else None,
        "workflows": workflows(context) if may(request, Permission.PROCESS, context) else [],
        "movable": context is not request.virtual_root,
        "trash_days": service_of(context).property("trash_days"),
        **recent(request, context),
    }


def workflows(mfile: Mfile) -> list[str]:
    """Names of the workflows that have something to do, the file's own service's."""
    service = service_of(mfile)
    profile = service.profiles[service.profile]
    filled = [name for name, each in profile.workflows.items() if any(s.tasks for s in each.sets)]
    return sorted(filled)
