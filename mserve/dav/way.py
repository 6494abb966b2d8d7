"""The way to what a key opens: Windows looks at each folder on it before it shows a drive.

Who gives a letter to `/dav/acme/media` asks for `/dav` and `/dav/acme` as well, and gives up where
they are not there. So they are, to who holds a key of what lies below them, as bare folders in
which nothing is but the next one on the way.
"""

from collections.abc import Iterator
from typing import Any

from pyramid.response import Response

from mserve.dav.members import ONE, ZERO
from mserve.dav.multistatus import path_of
from mserve.dav.root import bare
from mserve.resources.node import Branch
from mserve.resources.roles import Permission
from mserve.views.absent import Hidden
from mserve.views.urls import segment


def shown(request: Any) -> Response | None:
    """The answer to a PROPFIND there, of itself or of what is in it; None where it is no way."""
    depth = request.headers.get("Depth")
    if request.method != "PROPFIND" or depth not in (ZERO, ONE) or request.identity is None:
        return None
    context = getattr(request, "context", None)
    node = context.node if isinstance(context, Hidden) else context
    names = dict.fromkeys(_next(request, node)) if isinstance(node, Branch) else {}
    if not names:
        return None
    path = path_of(request, node)
    return bare([path, *(f"{path}{segment(name)}/" for name in names if depth == ONE)])


def _next(request: Any, node: Branch) -> Iterator[str]:
    """The names in `node` by which it goes on to what the asker may see."""
    for grant in request.identity.grants:
        lineage = [*grant.root.lineage()]
        if node in lineage[1:] and request.has_permission(Permission.VIEW, grant.root):
            yield str(lineage[lineage.index(node) - 1].__name__)
