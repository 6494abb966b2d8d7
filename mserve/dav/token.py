"""Sync tokens (RFC 6578, 4): which state of a collection a client knows, and how far.

`urn:mserve:sync:<id>:<number>` is the state after the transaction of that number. Where an answer
ended before its end, `:<number>:<path>` follow: members from behind that path on are to be told
as they came since the first number, and then the client knows the state of the second.
"""

import re
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from mserve.dav.changed import SLACK, Untold
from mserve.resources import clock
from mserve.resources.clock import SECOND
from mserve.resources.snapshot import moment, newest_seen
from mserve.views.content.walk import Path

NOTHING = bytes(8)
"""The number before all: the client knows nothing yet."""
DAY = 86_400 * SECOND
FORM = re.compile(
    r"urn:mserve:sync:([0-9a-f]{32}):([0-9a-f]{16})(?::([0-9a-f]{16}):([A-Za-z0-9_=-]+))?"
)


@dataclass(frozen=True)
class Token:
    """`until` is the state that is known once all members behind `after` are told."""

    id: str
    since: bytes
    until: bytes | None = None
    after: Path = ()

    @classmethod
    def now(cls, top: Any) -> "Token":
        """The state of `top` that the transaction sees."""
        return cls(top.id, newest_seen(top))

    @classmethod
    def parse(cls, text: str, top: Any) -> "Token":
        """One that was given for `top`; of nothing, where it is empty. Raises Untold."""
        if not text:
            return cls(top.id, NOTHING)
        found = FORM.fullmatch(text)
        if found is None or found[1] != top.id:
            raise Untold
        since, until = (bytes.fromhex(each) if each else None for each in found.group(2, 3))
        if max(since or NOTHING, until or NOTHING) > newest_seen(top):
            raise Untold  # the tree has been put back to an older state
        return cls(top.id, since or NOTHING, until, _path(found[4] or ""))

    def check_age(self, days: int) -> None:
        """Raises Untold where that is not told any more which the client lacks."""
        oldest = clock.now() - days * DAY
        if days and self.since != NOTHING and moment(self.since) - SLACK < oldest:
            raise Untold

    def __str__(self) -> str:
        text = f"urn:mserve:sync:{self.id}:{self.since.hex()}"
        if self.until is None:
            return text
        cursor = urlsafe_b64encode("/".join(self.after).encode()).decode()
        return f"{text}:{self.until.hex()}:{cursor}"


def _path(cursor: str) -> Path:
    """Raises Untold."""
    try:
        text = b64decode(cursor, b"-_", validate=True).decode()
    except ValueError:
        raise Untold from None
    return tuple(text.split("/")) if text else ()
