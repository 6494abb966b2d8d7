"""Records: what one transaction wrote, each with the state before and after it."""

from typing import Any, NamedTuple

from ZODB.POSException import POSKeyError

from mserve.errors import Conflict


class Record(NamedTuple):
    """One object as it is now, and its states; `before` is None where the transaction made it."""

    thing: Any
    before: Any
    after: Any
    made: bool

    def later(self, tid: bytes) -> bool:
        """Whether it was changed again."""
        self.thing._p_activate()
        return bool(self.thing._p_serial != tid)


def written(connection: Any, tid: bytes) -> list[Record]:
    """What the transaction `tid` wrote. Raises Conflict where that is not known any more."""
    read = [
        (_text(each.status), [(record.oid, record.data) for record in each])
        for each in connection.db().storage.iterator(tid, tid)  # to its end, which closes it
    ]
    if any(status.strip() for status, _ in read):
        raise Conflict("what was before has been packed away, so that it cannot be undone")
    return [_record(connection, tid, *each) for _, found in read for each in found if each[1]]


def _record(connection: Any, tid: bytes, oid: bytes, data: bytes) -> Record:
    read = connection._reader.getState
    former = _former(connection.db().storage, oid, tid)
    try:
        thing = connection.get(oid)
    except POSKeyError:
        raise Conflict("what it changed has been packed away since") from None
    return Record(thing, None if former is None else read(former), read(data), former is None)


def _former(storage: Any, oid: bytes, tid: bytes) -> bytes | None:
    try:
        found = storage.loadBefore(oid, tid)
    except POSKeyError:
        return None
    return found[0] if found is not None else None


def _text(status: Any) -> str:
    return status.decode() if isinstance(status, bytes) else str(status)
