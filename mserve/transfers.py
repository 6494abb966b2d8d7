"""Transfers: how many objects a process has loaded from the storage, and stored in it."""

from typing import Any

from mserve.counts import COUNTS

TRANSFERS = "transfers"


class Transfers:
    """ZODB's monitor of activity: it is told when a connection is closed."""

    def closedConnection(self, connection: Any) -> None:  # noqa: N802 - as ZODB calls it
        """Counts what went since the last time."""
        loads, stores = connection.getTransferCounts(True)
        if loads or stores:
            with COUNTS.guard:
                cells = COUNTS.cells(TRANSFERS, 2)
                cells[0] += loads
                cells[1] += stores


MONITOR = Transfers()
