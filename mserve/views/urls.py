"""URLs of objects, below the client's own root: `/` or `/k/<key>/`."""

from typing import Any
from urllib.parse import quote

from mserve.resources.node import Branch

SAFE = "!$&'()*+,;=:@~"  # sub-delims of a path segment, RFC 3986, 3.3


def url(request: Any, thing: Any, *more: str) -> str:
    """The absolute URL of a node, facet or job; `more` are further segments.

    That of a place with children ends in a slash.
    """
    names = list(more)
    last = None if more else thing
    while thing is not None and thing is not request.virtual_root:
        names.insert(0, thing.__name__)
        thing = thing.__parent__
    path = "/".join(quote(name, safe=SAFE) for name in names)
    slash = "/" if isinstance(last, Branch) and names else ""
    return f"{request.application_url}/{path}{slash}"


def facet_url(request: Any, node: Any, *names: str) -> str:
    """The URL of what lies below `/-/` of a node."""
    return url(request, node, "-", *names)
