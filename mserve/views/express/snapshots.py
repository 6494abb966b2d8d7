"""Connections to the tree that stay open for reads, each with its state as of some moment."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from transaction import TransactionManager
from ZODB import DB

from mserve.transfers import MONITOR

MOST = 1
"""Kept open. That used last is used next: one does nearly all, and its objects are in memory."""


class ReadOnly(TransactionManager):  # type: ignore[misc]  # transaction has no types
    """Has no transaction that a change could enter; so there is nothing to abort either."""

    def __init__(self) -> None:
        super().__init__(explicit=True)

    def abort(self) -> None:
        """DB.close() calls it."""


class Snapshots:
    """Lends connections out, each in the state that the tree has then."""

    def __init__(self, db: DB) -> None:
        self._db = db
        self._free: deque[Any] = deque()
        self._connected = getattr(db.storage, "is_connected", lambda: True)  # ZEO's has it

    @contextmanager
    def lent(self) -> Iterator[Any]:
        """A connection in the present state of the tree; None where the storage is away."""
        connection = self._take()
        if connection is None:
            yield None
            return
        try:
            connection.newTransaction(None)
            yield connection
        finally:
            self._give(connection)

    def _take(self) -> Any:
        """None where the storage would have to be waited for."""
        if not self._connected():
            return None
        try:
            return self._free.pop()
        except IndexError:
            return self._db.open(ReadOnly())

    def _give(self, connection: Any) -> None:
        """Takes it back; what it holds beyond its cache's size is let go."""
        connection.afterCompletion(None)
        MONITOR.closedConnection(connection)
        if len(self._free) < MOST:
            self._free.append(connection)
        else:
            connection.close()
