"""PROPFIND: the properties of a file or folder, and of what is below it (RFC 4918, 9.1)."""

from collections.abc import Iterator
from typing import Any

from pyramid.response import Response

from mserve.dav import answer, xml
from mserve.dav.members import INFINITE, ONE, ZERO, members, more_than
from mserve.dav.multistatus import BEGIN, END, Writer, path_of
from mserve.dav.wanted import Wanted
from mserve.errors import BadInput
from mserve.resources.node import Branch
from mserve.resources.roles import Permission
from mserve.views.receive import need


def propfind(request: Any, node: Any) -> Response:
    """207 with `node`, and what is below it as deep as Depth says, as far as the key may see it.

    403 where that are too many. Raises BadInput, StorageFull, HTTPForbidden.
    """
    need(request, Permission.VIEW, node)
    depth, wanted = depth_of(request), Wanted.of_propfind(xml.read(request))
    most = request.settings.dav_infinity
    if depth == INFINITE and isinstance(node, Branch) and (not most or more_than(most, node)):
        return answer.refused(request, "propfind-finite-depth")
    return answer.multistatus(request, _parts(request, node, depth, wanted))


def depth_of(request: Any) -> str:
    """The Depth of a PROPFIND (RFC 4918, 10.2); without one it is infinite. Raises BadInput."""
    depth: str = request.headers.get("Depth", INFINITE).strip().lower()
    if depth not in (ZERO, ONE, INFINITE):
        raise BadInput("Depth should be 0, 1 or infinity")
    return depth


def _parts(request: Any, node: Any, depth: str, wanted: Wanted) -> Iterator[str]:
    writer = Writer(path_of(request, node), wanted)
    yield BEGIN
    for names, member in members(request, node, depth):
        yield writer.response(names, member)
    yield END
