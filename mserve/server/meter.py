"""The meter: each request is counted once, when it is over, by what answered it.

That costs two looks at the clock and one record's cells (mserve/counts.py), about a microsecond.
"""

import time
from bisect import bisect_left

from mserve.answered import (
    AT_HAND,
    BOUNDS,
    COUNT,
    FIRST,
    RECEIVED,
    REQUESTS,
    SECONDS,
    SENT,
    WIDTH,
)
from mserve.counts import COUNTS, Cells, Counts, name_of
from mserve.server.wire import Wire

METHODS = frozenset(
    "GET HEAD PUT POST PATCH DELETE OPTIONS PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK "
    "REPORT SEARCH".split()
)
OTHER = "other"
NONE, SERVER = "none", "server"
"""View and lane of what no view has answered."""


class Exchange:
    """One request and its answer."""

    __slots__ = ("began", "first", "lane", "method", "status", "view")

    def __init__(self, method: str) -> None:
        self.method = method if method in METHODS else OTHER
        self.view, self.lane, self.status = NONE, SERVER, "0"
        self.began = time.monotonic()
        self.first: float | None = None

    def by(self, view: str, lane: str) -> None:
        """What answers it."""
        self.view, self.lane = view, lane

    def answers(self, status: str) -> None:
        """The answer begins."""
        self.first, self.status = time.monotonic(), status[:1]


class Meter:
    """That of one server."""

    def __init__(self, counts: Counts = COUNTS) -> None:
        self._counts = counts
        self._known: dict[tuple[str, str, str, str], Cells] = {}
        with counts.guard:
            self._at_hand = counts.cells(AT_HAND, 1)

    def begin(self, method: str) -> Exchange:
        """A request has come."""
        with self._counts.guard:
            self._at_hand[0] += 1
        return Exchange(method)

    def end(self, told: Exchange, wire: Wire) -> None:
        """It is answered, or its client has gone."""
        took = (told.first or time.monotonic()) - told.began
        key = (told.view, told.method, told.status, told.lane)
        with self._counts.guard:
            self._at_hand[0] -= 1
            cells = self._known.get(key)
            if cells is None:
                cells = self._known[key] = self._counts.cells(name_of(REQUESTS, *key), WIDTH)
            cells[COUNT] += 1
            cells[RECEIVED] += wire.received
            cells[SENT] += wire.sent
            cells[SECONDS] += took
            cells[FIRST + bisect_left(BOUNDS, took)] += 1
        wire.received = wire.sent = 0
