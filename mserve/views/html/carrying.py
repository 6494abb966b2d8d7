"""The page on which a file or folder is moved or copied to another folder, and its forms."""

from typing import Any

from pyramid.response import Response

from mserve.resources.facets import Copy
from mserve.resources.roles import Permission
from mserve.views import json
from mserve.views.api.batch import copy_to, move_to
from mserve.views.config import page
from mserve.views.html.actions import shown
from mserve.views.html.asked import further
from mserve.views.html.flash import Undo, flash
from mserve.views.html.forms import field, form
from mserve.views.html.languages import _
from mserve.views.html.listings import path_between
from mserve.views.html.template import may
from mserve.views.html.walking import own_path, top, walk
from mserve.views.urls import facet_url


@page(context=Copy, permission=Permission.VIEW, template="carrying.jinja2")
def carrying(context: Copy, request: Any) -> dict[str, Any]:
    """Walks through the folders of the client's own root, from that of the node on."""
    node, asked = context.node, request.GET
    root = top(request, node)
    at = asked.get("at", "/".join(path_between(node, root)[:-1]))
    walked = walk(request, root, at, asked.get("find", "").strip(), but=node)
    here = facet_url(request, node, "copy")
    return {
        "node": json.node(request, node),
        "here": here,
        "beyond": [(request.localizer.translate(_("move or copy")), here)],
        "walked": walked,
        "parent": own_path(request, root, walked.at),
        "step": lambda **where: further(here, where),
        "may_move": node is not root
        and may(request, "write", node)
        and may(request, "remove", node),
        "may_copy": may(request, "read", node),
    }


@form(context=Copy, do="copy", permission=Permission.READ)
def copy(context: Copy, request: Any) -> Response:
    """Makes a copy called `name` in the folder at `parent`, and leads on to it."""
    made = copy_to(request, context.node, field(request, "parent"), field(request, "name"))
    return flash(request, shown(request, made), "copied", str(made.__name__))


@form(context=Copy, do="move", permission=Permission.WRITE)
def move(context: Copy, request: Any) -> Response:
    """Moves it to the folder at `parent`, to be called `name` there."""
    former = own_path(request, context.node)
    answer = _moved(context, request, field(request, "parent"), field(request, "name"))
    undo = Undo("back", facet_url(request, context.node, "copy"), former)
    return flash(request, answer, "moved", str(context.node.__name__), undo)


@form(context=Copy, do="back", permission=Permission.WRITE)
def back(context: Copy, request: Any) -> Response:
    """Moves it back to where it was: `name` is its former path."""
    parent, _slash, name = field(request, "name").rpartition("/")
    answer = _moved(context, request, parent, name)
    return flash(request, answer, "restored", str(context.node.__name__))


def _moved(context: Copy, request: Any, parent: str, name: str) -> Response:
    move_to(request, context.node, parent, name)
    return shown(request, context.node)
