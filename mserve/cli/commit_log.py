"""What a transaction stores, until the storage server is asked to vote on it.

ZEO pickles each step into a temporary file and reads it back, which takes longer than to store it
in the tree. Here the first MOST bytes are kept in memory, as most transactions have a few KiB.
"""

from collections.abc import Iterator
from typing import Any

from ZEO.StorageServer import CommitLog as FileLog

MOST = 4 << 20  # bytes

Step = tuple[str, tuple[Any, ...]]
"""A method of ZEO's server, and what it is called with."""


class CommitLog:
    """The steps of one transaction in their order, as ZEO's CommitLog has them."""

    def __init__(self) -> None:
        self.stores = 0
        self._steps: list[Step] = []
        self._size = 0
        self._rest: FileLog | None = None

    def size(self) -> int:
        """In bytes."""
        return self._size + (self._rest.size() if self._rest else 0)

    def delete(self, oid: bytes, serial: bytes) -> None:
        self._add("delete", oid, serial)

    def checkread(self, oid: bytes, serial: bytes) -> None:
        self._add("checkread", oid, serial)

    def store(self, oid: bytes, serial: bytes, data: bytes) -> None:
        self._add("store", oid, serial, data)

    def restore(self, oid: bytes, serial: bytes, data: bytes, prev_txn: bytes | None) -> None:
        self._add("restore", oid, serial, data, prev_txn)

    def undo(self, transaction_id: bytes) -> None:
        self._add("undo", transaction_id)

    def _add(self, name: str, *args: Any) -> None:
        self.stores += 1
        if self._size >= MOST:
            self._rest = self._rest or FileLog()
            getattr(self._rest, name)(*args)
            return
        self._steps.append((f"_{name}", args))
        self._size += sum(len(each) for each in args if each)

    def __iter__(self) -> Iterator[Step]:
        yield from self._steps
        if self._rest:
            yield from self._rest

    def close(self) -> None:
        self._steps = []
        if self._rest:
            self._rest.close()
