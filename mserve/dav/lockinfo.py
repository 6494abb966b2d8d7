"""What a LOCK asks for (RFC 4918, 9.10): scope, owner, depth and time."""

import re
from typing import Any

from mserve.dav import xml
from mserve.dav.element import written
from mserve.dav.wanted import children
from mserve.dav.xml import DAV, Name
from mserve.errors import BadInput
from mserve.ingest.locks import Wish
from mserve.resources.lock import EXCLUSIVE, SHARED

SECONDS = re.compile(r"second-([0-9]{1,10})", re.IGNORECASE)  # an unsigned 32 bit number, 10.7
RIGHT = "a lockinfo should hold a lockscope, exclusive or shared, and the locktype write"


def wish(request: Any) -> Wish | None:
    """The lock that the request asks for; None where it has no body, and so refreshes one.

    Raises BadInput.
    """
    root = xml.read(request)
    return None if root is None else _wish(request, root)


def _wish(request: Any, root: Any) -> Wish:
    parts = children(root)
    if Name.of(root) != (DAV, "lockinfo") or "lockscope" not in parts or "locktype" not in parts:
        raise BadInput(RIGHT)
    scopes = children(parts["lockscope"]).keys() & {EXCLUSIVE, SHARED}
    if len(scopes) != 1 or "write" not in children(parts["locktype"]):
        raise BadInput(RIGHT)
    owner = written(parts["owner"]) if "owner" in parts else ""
    return Wish(scopes.pop(), _deep(request), owner, seconds(request))


def _deep(request: Any) -> bool:
    """Without the header Depth it is infinite (9.10.3). Raises BadInput."""
    depth = request.headers.get("Depth", "infinity").strip().lower()
    if depth not in ("0", "infinity"):
        raise BadInput("the Depth of a LOCK should be 0 or infinity")
    return bool(depth == "infinity")


def seconds(request: Any) -> int:
    """How long the lock is to last: the first time of the header Timeout (10.7) that is one, or as
    long as the settings allow, which is the most in any case."""
    most: int = request.settings.dav.lock_timeout
    for each in request.headers.get("Timeout", "").split(","):
        if found := SECONDS.fullmatch(each.strip()):
            return max(1, min(int(found[1]), most))
    return most
