"""Locks on pages: who has locked a file, and until when, with what ends it."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.resources.lock import covering
from mserve.resources.lock_places import LockView
from mserve.resources.roles import Permission
from mserve.views.api import locks
from mserve.views.html.flash import flash
from mserve.views.html.forms import form
from mserve.views.html.template import may
from mserve.views.lock_json import lock
from mserve.views.lock_rights import may_end
from mserve.views.urls import url


def shown(request: Any, node: Any) -> list[dict[str, Any]]:
    """The locks that cover the node, each with whether who looks at it can end it."""
    changes = may(request, Permission.WRITE, node)
    return [
        {**lock(request, node, held), "ends": changes and may_end(request, held)}
        for held in covering(node)
    ]


@form(context=LockView, do="unlock", permission=Permission.WRITE)
def unlock(context: LockView, request: Any) -> Response:
    """Ends the lock."""
    onward = HTTPSeeOther(url(request, context.node))
    locks.end(context, request)
    return flash(request, onward, "unlocked")
