"""PROPPATCH (RFC 4918, 9.2): properties that clients set, all of a request or none."""

from collections.abc import Iterator
from typing import Any

from pyramid.response import Response

from mserve.dav import xml
from mserve.dav.config import dav
from mserve.dav.element import LANGUAGE, written
from mserve.dav.live import LIVE, WINDOWS
from mserve.dav.multistatus import BEGIN, END, path_of
from mserve.dav.xml import DAV, Name, empty, escape
from mserve.errors import BadInput, TooLarge
from mserve.ingest.properties import set_properties
from mserve.resources.node import Node
from mserve.resources.roles import Permission
from mserve.views import receive
from mserve.views.if_header import need_unlocked

KIND = "application/xml; charset=utf-8"
RIGHT = "the body should be a propertyupdate with set and remove elements, each with a prop"
PROTECTED = {*LIVE[True], *LIVE[False]} - {*WINDOWS}
"""What the tree knows, or decides, by itself."""
DONE, DENIED = "200 OK", "403 Forbidden"
FULL, DEPENDS = "507 Insufficient Storage", "424 Failed Dependency"
WHY = {DENIED: "<D:error><D:cannot-modify-protected-property/></D:error>"}

Changes = dict[Name, str | None]
"""The element that each property is to be; None where it is to go."""


@dav(context=Node, method="PROPPATCH", permission=Permission.WRITE)
def proppatch(context: Node, request: Any) -> Response:
    """207 with what came of each property."""
    changes = of_update(xml.read(request))
    need_unlocked(context)
    statuses = dict.fromkeys(changes, DONE)
    denied = changes.keys() & PROTECTED
    if denied:
        statuses |= {name: DENIED if name in denied else DEPENDS for name in changes}
    else:
        statuses |= _set(request, changes)
    return _answer(path_of(request, context), statuses)


def _set(request: Any, changes: Changes) -> dict[Name, str]:
    """Sets them in a transaction of its own; returns the statuses where that cannot be."""
    dav_settings = request.settings.dav
    most, size = dav_settings.dav_properties, dav_settings.dav_properties_size
    named = {f"{{{name.space}}}{name.local}": value for name, value in changes.items()}
    try:
        with receive.outside_transaction(request):
            receive.commit(
                request, Permission.WRITE, lambda node: set_properties(node, named, most, size)
            )
    except TooLarge:
        return {name: DEPENDS if value is None else FULL for name, value in changes.items()}
    return {}


def of_update(root: Any) -> Changes:
    """What a propertyupdate asks for; of one property the last counts. Raises BadInput."""
    if root is None or Name.of(root) != (DAV, "propertyupdate"):
        raise BadInput(RIGHT)
    changes = dict(_changes(root))
    if not changes:
        raise BadInput(RIGHT)
    return changes


def _changes(root: Any) -> Iterator[tuple[Name, str | None]]:
    for step in root:
        act = Name.of(step)
        if act not in ((DAV, "set"), (DAV, "remove")):
            continue  # what is not known is ignored (RFC 4918, 17)
        for prop in (each for each in step if Name.of(each) == (DAV, "prop")):
            language = _language(root, step, prop)
            for element in prop:
                value = written(element, language) if act.local == "set" else None
                yield Name.of(element), value


def _language(*elements: Any) -> str | None:
    """The xml:lang that holds for what is in the last of elements that are in each other."""
    found = [each.get(LANGUAGE) for each in elements if each.get(LANGUAGE) is not None]
    return found[-1] if found else None


def _answer(path: str, statuses: dict[Name, str]) -> Response:
    stats = "".join(_stat(status, statuses) for status in dict.fromkeys(statuses.values()))
    response = f"<D:response><D:href>{escape(path)}</D:href>{stats}</D:response>\n"
    body = f"{BEGIN}{response}{END}"
    return Response(body.encode(), status=207, headerlist=[("Content-Type", KIND)])


def _stat(status: str, statuses: dict[Name, str]) -> str:
    """The propstat of those that have got that status."""
    names = "".join(empty(name) for name, each in statuses.items() if each == status)
    return (
        f"<D:propstat><D:prop>{names}</D:prop>"
        f"<D:status>HTTP/1.1 {status}</D:status>{WHY.get(status, '')}</D:propstat>"
    )
