"""Header fields of PUT that clients of drives have beside those of HTTP."""

import re
from typing import Any

from mserve.errors import BadInput, ShortBody
from mserve.resources.clock import SECOND

MTIME = "X-OC-Mtime"
"""When the client's file was last changed, in seconds since 1970 (ownCloud, Nextcloud, rclone)."""
SECONDS = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?", re.ASCII)
LENGTH = "X-Expected-Entity-Length"
"""The length of a chunked body, as Finder announces it."""


def mtime(request: Any) -> int | None:
    """The file's own time of change in µs, or None. Raises BadInput."""
    given = request.headers.get(MTIME)
    if given is None:
        return None
    match = SECONDS.fullmatch(given.strip())
    if match is None:
        raise BadInput(f"{MTIME} should be seconds since 1970, as 1766000000 or 1766000000.25")
    whole, rest = match.groups()
    return int(whole) * SECOND + int((rest or "").ljust(6, "0")[:6])


def expected(request: Any) -> int | None:
    """How many bytes the client says that will come, or None. Raises BadInput."""
    given = request.headers.get(LENGTH)
    if given is None:
        length: int | None = request.content_length
        return length
    if not (given.isascii() and given.isdecimal() and len(given) < 20):
        raise BadInput(f"{LENGTH} should be a number of bytes")
    return int(given)


def check_length(length: int | None, size: int) -> None:
    """Raises ShortBody where not `size` bytes were expected."""
    if length not in (None, size):
        raise ShortBody(length or 0, size)
