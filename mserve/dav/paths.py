"""Paths at this door: of nodes as hrefs, of a Destination as names.

WsgiDAV is given paths whose names are percent-encoded, so that no character of a name means
anything to it.
"""

from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from pyramid.httpexceptions import HTTPBadGateway

from mserve.errors import BadInput
from mserve.resources.names import check_name
from mserve.resources.node import Branch
from mserve.views.urls import url

Names = tuple[str, ...]


def href(request: Any, node: Any) -> str:
    """The path of a node's URL below the client's root (RFC 4918, 8.3)."""
    return urlsplit(url(request, node)).path or "/"


def joined(names: Names) -> str:
    """The path for WsgiDAV."""
    return "/" + "/".join(quote(name, safe="") for name in names)


def split(path: str) -> Names:
    """The names in a path of WsgiDAV."""
    return tuple(unquote_to_bytes(each).decode() for each in path.split("/") if each)


def node_at(request: Any, names: Names) -> Any:
    """The node below the client's root, or None."""
    found = request.virtual_root
    for name in names:
        found = found.get(name) if isinstance(found, Branch) else None
    return found


def destination(request: Any, mount: str | None = None) -> Names:
    """The names below the client's root that the header Destination leads to (RFC 4918, 10.3).

    `mount` is where the root is, if not where the request is for.

    Raises BadInput, BadName, HTTPBadGateway.
    """
    given = request.headers.get("Destination")
    if not given:
        raise BadInput("the header Destination should be the URL of the new place")
    try:
        parts = urlsplit(given.partition("#")[0])
        names = tuple(unquote_to_bytes(each).decode() for each in parts.path.split("/") if each)
        _ = parts.port
    except ValueError:
        raise BadInput("the header Destination should be a URL, in UTF-8") from None
    mount = request.script_name if mount is None else mount
    root = tuple(filter(None, mount.split("/")))
    if (parts.netloc and not _own(request, parts)) or names[: len(root)] != root:
        raise HTTPBadGateway(f"the Destination should be below {request.host_url}{quote(mount)}/")
    return tuple(check_name(name) for name in names[len(root) :])


def _own(request: Any, parts: Any) -> bool:
    """Whether it is the host as the client, or the site's settings, call it.

    The scheme is not looked at: a front that ends TLS may not tell of it.
    """
    named = _host(parts.netloc.rpartition("@")[2])
    return named in (_host(request.host), _host(urlsplit(request.registry.post.site).netloc))


def _host(given: str) -> str:
    return given.lower().removesuffix(":80").removesuffix(":443")
