"""PROPFIND: the properties of a file or folder, and of what is below it (RFC 4918, 9.1)."""

from collections.abc import Iterator
from typing import Any

from pyramid.response import Response

from mserve.dav import answer, xml
from mserve.dav.config import dav
from mserve.dav.discovery import Locks
from mserve.dav.members import INFINITE, ONE, ZERO, members, more_than
from mserve.dav.multistatus import BEGIN, END, Writer, path_of
from mserve.dav.plan import plan_for
from mserve.dav.wanted import Wanted
from mserve.errors import BadInput
from mserve.resources.node import Branch, Node
from mserve.resources.roles import Permission


@dav(context=Node, method="PROPFIND", permission=Permission.VIEW)
def propfind(context: Node, request: Any) -> Response:
    """207 with what is there and, as deep as Depth says, what is below it and may be seen.

    403 where that are too many. Raises BadInput, StorageFull.
    """
    depth, wanted = depth_of(request), Wanted.of_propfind(xml.read(request))
    most = request.settings.dav.dav_infinity
    if depth == INFINITE and isinstance(context, Branch) and (not most or more_than(most, context)):
        return answer.refused(request, "propfind-finite-depth")
    return answer.multistatus(request, _parts(request, context, depth, wanted))


def depth_of(request: Any) -> str:
    """The Depth of a PROPFIND (RFC 4918, 10.2); without one it is infinite. Raises BadInput."""
    depth: str = request.headers.get("Depth", INFINITE).strip().lower()
    if depth not in (ZERO, ONE, INFINITE):
        raise BadInput("Depth should be 0, 1 or infinity")
    return depth


def _parts(request: Any, node: Any, depth: str, wanted: Wanted) -> Iterator[str]:
    plan = plan_for(request, node, wanted)
    writer = Writer(path_of(request, node), plan, Locks(request, node))
    yield BEGIN
    for names, member in members(request, node, depth):
        yield writer.response(names, member)
    yield END
