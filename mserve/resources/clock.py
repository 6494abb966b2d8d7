"""Time in the tree: whole microseconds since 1970-01-01T00:00Z, so that sums are exact."""

import time
from datetime import UTC, datetime
from functools import lru_cache

from mserve.errors import BadInput

SECOND = 1_000_000


def now() -> int:
    """The present moment, in microseconds."""
    return time.time_ns() // 1000


def rfc3339(moment: int | None) -> str | None:
    """`moment` (µs) in the format of RFC 3339, in UTC; None stays None."""
    if moment is None:
        return None
    seconds, rest = divmod(moment, SECOND)
    return f"{_whole(seconds)}.{rest:06}Z"


@lru_cache(1024)
def _whole(seconds: int) -> str:
    """Many things come into being in one second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[: len("2026-11-23T18:00:00")]


def parse(text: object) -> int:
    """The moment (µs) that an RFC 3339 `text` names; raises BadInput where it names none."""
    try:
        stamp = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        stamp = None
    if stamp is None or stamp.tzinfo is None:
        raise BadInput(f"{text!r} is no time; right is for example 2026-11-23T18:00:00Z (RFC 3339)")
    if not 1 < stamp.year < 9999:  # in UTC it may be of a year that cannot be written
        raise BadInput(f"{text!r} is not within the years 2 to 9998")
    since = stamp - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
