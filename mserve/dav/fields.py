"""Header fields of PUT that clients of drives have beside those of HTTP."""

import re
from typing import Any

from mserve.errors import BadInput, ShortBody, TooLarge
from mserve.resources.clock import SECOND

MTIME = "X-OC-Mtime"
"""When the client's file was last changed, in seconds since 1970 (ownCloud, Nextcloud, rclone)."""
SECONDS = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?", re.ASCII)
LENGTH = "X-Expected-Entity-Length"
"""The length of a chunked body, as Finder announces it."""
TOTAL = "OC-Total-Length"
"""The length of a file that comes in chunks (Nextcloud)."""


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
    given = _number(request, LENGTH)
    length: int | None = request.content_length if given is None else given
    return length


def total_length(request: Any) -> int | None:
    """How long a file is that comes in chunks, or None. Raises BadInput, TooLarge."""
    size, most = _number(request, TOTAL), request.settings.upload_limit
    if size is not None and size > most:
        raise TooLarge(f"one upload may have at most {most} bytes")
    return size


def _number(request: Any, name: str) -> int | None:
    given: str | None = request.headers.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 20):
        raise BadInput(f"{name} should be a number of bytes")
    return int(given)


def check_length(length: int | None, size: int) -> None:
    """Raises ShortBody where not `size` bytes were expected."""
    if length not in (None, size):
        raise ShortBody(length or 0, size)
