"""Recent: the records that a process has committed last, which its other connections load next.

They are right from their transaction on, until news come of one that has changed them again: those
are heard before anyone may begin where they count. ZEO's own cache is a file, which costs more to
fill than most records are worth.
"""

MOST = 1000  # records
LARGEST = 1 << 16  # bytes

Record = tuple[bytes, bytes, None]
"""As ZODB gives it: the data, the transaction it is of, and that none is known to follow."""


class Recent:
    """By their ids. ZEO's thread alone changes it, any thread looks."""

    def __init__(self) -> None:
        self._records: dict[bytes, Record] = {}

    def get(self, id: bytes, moment: bytes) -> Record | None:
        """The record as of that moment, if it is one of these."""
        found = self._records.get(id)
        return found if found is not None and found[1] < moment else None

    def put(self, id: bytes, data: bytes, number: bytes) -> None:
        """The transaction `number` has written that."""
        if len(data) <= LARGEST:
            self._records[id] = (data, number, None)
            if len(self._records) > MOST:
                del self._records[next(iter(self._records))]

    def drop(self, id: bytes) -> None:
        """It was written again."""
        self._records.pop(id, None)

    def clear(self) -> None:
        """News may have been missed."""
        self._records = {}
