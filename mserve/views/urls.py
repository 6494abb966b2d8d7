"""URLs of objects, below the client's own root: `/` or `/k/<key>/`."""

import re
from typing import Any
from urllib.parse import quote

from mserve.resources.node import Branch

SAFE = "!$&'()*+,;=:@~"  # sub-delims of a path segment, RFC 3986, 3.3
PLAIN = re.compile(rf"[A-Za-z0-9_.\-{SAFE}]*")  # a name that is its own segment


def url(request: Any, thing: Any, *more: str) -> str:
    """The absolute URL of a node, facet or job; `more` are further segments.

    That of a place with children ends in a slash.
    """
    names = list(more)
    last = None if more else thing
    while thing is not None and thing is not request.virtual_root:
        names.insert(0, thing.__name__)
        thing = thing.__parent__
    path = "/".join(map(segment, names))
    slash = "/" if isinstance(last, Branch) and names else ""
    return f"{request.application_url}/{path}{slash}"


def facet_url(request: Any, node: Any, *names: str) -> str:
    """The URL of what lies below `/-/` of a node."""
    return url(request, node, "-", *names)


def child_url(above: str, child: Any) -> str:
    """As `url` of a node's child, where `above` is the node's own."""
    return f"{above}{segment(child.__name__)}{'/' if isinstance(child, Branch) else ''}"


def segment(name: str) -> str:
    """`name` as it stands in a path."""
    return name if PLAIN.fullmatch(name) else quote(name, safe=SAFE)


def door_url(request: Any) -> str:
    """The URL of the application itself, also for a request below `/k/<key>/`."""
    script: str = request.script_name
    base = script.rpartition("/k/")[0] if "mserve.key" in request.environ else script
    return f"{request.host_url}{base}"
