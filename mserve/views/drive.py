"""Where the drive of a place is, and what the key may do on it (docs/webdav.md)."""

from typing import Any

from mserve.security import KEY_IN_PATH
from mserve.views.drive_words import METHODS, WAYS
from mserve.views.json import Json
from mserve.views.urls import door_url, segment


def drive(request: Any, node: Any) -> Json:
    """`url` asks for a key as password, `in_key` has it; `chunked` is for clients of Nextcloud.

    Who has come by the key of a folder or file is told the second alone: the others name what is
    above it.
    """
    door, below = door_url(request), path_of(node)
    told = request.virtual_root.type in ("site", "container", "service")
    return {
        "url": f"{door}/dav/{below}" if told else None,
        "in_key": in_key(request, node),
        "chunked": f"{door}/-/dav/files/me/{below}" if told else None,
        "may": [*ways(request, node)],
    }


def in_key(request: Any, node: Any) -> str | None:
    """The address with the key in it, where the request came by one."""
    secret = request.environ.get(KEY_IN_PATH)
    if secret is None:
        return None
    return f"{door_url(request)}/dav/k/{secret}/{path_of(node, request.virtual_root)}"


def path_of(node: Any, above: Any = None) -> str:
    """Its path from `above`, or from the site, each name with a slash behind it."""
    names: list[str] = []
    while node is not above and node.__parent__ is not None:
        names.insert(0, node.__name__)
        node = node.__parent__
    return "".join(f"{segment(name)}/" for name in names)


def ways(request: Any, node: Any) -> list[str]:
    """What the key's role and its caveat of methods allow there; nothing without reading."""
    found = [way for way in WAYS if _may(request, node, way)]
    return found if "read" in found else []


def _may(request: Any, node: Any, way: str) -> bool:
    if not request.has_permission(WAYS[way], node):
        return False
    narrowed = [set(methods) for methods in request.grant.caveats_of("methods")]
    return all(set(METHODS[way]) <= methods for methods in narrowed)
