"""Records: what one transaction wrote, each with the state before and after it."""

from typing import Any, NamedTuple

from ZODB.POSException import POSKeyError
from ZODB.utils import p64, u64

from mserve.errors import Conflict

LOCKING = "locking"
"""The attribute of a node that leads to its locks."""


class Record(NamedTuple):
    """One object as it is now, and its states; `before` is None where the transaction made it."""

    thing: Any
    before: Any
    after: Any
    made: bool

    def later(self, tid: bytes) -> bool:
        """Whether it was changed again."""
        self.thing._p_activate()
        return self.thing._p_serial != tid and not _alike(self.thing.__getstate__(), self.after)


def changed_since(thing: Any, tid: bytes) -> bool:
    """Whether another transaction than `tid` and those before it has changed `thing`."""
    thing._p_activate()
    if thing._p_serial <= tid:
        return False
    connection = thing._p_jar
    then = _former(connection.db().storage, thing._p_oid, p64(u64(tid) + 1))
    return then is None or not _alike(thing.__getstate__(), connection._reader.getState(then))


def _alike(state: Any, other: Any) -> bool:
    """Whether both are the same but for locks, that come and go without changing what they are on.

    What is no object with attributes is taken for another one.
    """
    if not isinstance(state, dict) or not isinstance(other, dict):
        return False
    return bool({**state, LOCKING: None} == {**other, LOCKING: None})


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
