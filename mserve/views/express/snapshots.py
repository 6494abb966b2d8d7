"""Connections to the tree that stay open for reads, each with its state as of some moment."""

from collections import deque
from typing import Any

from transaction import TransactionManager
from ZODB import DB

MOST = 8
"""Kept open. That used last is used next: one does nearly all, and its objects are in memory."""


class ReadOnly(TransactionManager):  # type: ignore[misc]  # transaction has no types
    """Has no transaction that a change could enter; so there is nothing to abort either."""

    def __init__(self) -> None:
        super().__init__(explicit=True)

    def abort(self) -> None:
        """DB.close() calls it."""


class Snapshots:
    """Lends connections out. `newTransaction(None)` moves one to the present state of the tree."""

    def __init__(self, db: DB) -> None:
        self._db = db
        self._free: deque[Any] = deque()
        self._connected = getattr(db.storage, "is_connected", lambda: True)  # ZEO's has it

    def take(self) -> Any:
        """A connection; None where the storage is away, and would have to be waited for."""
        if not self._connected():
            return None
        try:
            return self._free.pop()
        except IndexError:
            return self._db.open(ReadOnly())

    def give(self, connection: Any) -> None:
        """Takes it back; what it holds beyond its cache's size is let go."""
        connection.afterCompletion(None)
        if len(self._free) < MOST:
            self._free.append(connection)
        else:
            connection.close()
