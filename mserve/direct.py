"""Direct loads: records of the tree by a socket of their own, beside ZEO's.

ZEO's client has one thread that talks to the server; to load a record it is woken, and wakes the
one that waits, which costs several times what the server does for it. Here the thread that wants
records asks for them itself, and may ask for many at once. What is asked for is the record as of a
moment, so that no news of changes has to come this way.

A question is an object's id and the moment, 16 bytes. An answer is HEADER, then the record. What is
not answered, for any reason, is ZEO's to load or to complain about.
"""

import socket
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from struct import Struct

QUESTION = 16  # bytes
HEADER = Struct(">i8s8s")
"""The record's size, -1 for none; when it was written, and when it was succeeded, NEVER if not."""
NEVER = bytes(8)
PATIENCE = 5.0  # seconds
KEPT = 16  # sockets
AT_ONCE = 1000  # questions, whose answers would else fill both sockets' buffers

Record = tuple[bytes, bytes, bytes | None]
"""What ZODB's loadBefore gives: the data, the transaction it is of, and the next one, if any."""


class Direct:
    """Sockets to the server's `path`, lent to one thread at a time."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._free: deque[socket.socket] = deque()
        self._closed = False
        self._fetched = threading.local()

    def load(self, id: bytes, moment: bytes) -> Record | None:
        """The record, or None where it is not to be had here."""
        found = self._taken(id, moment)
        return found if found is not None else self._ask([id], moment)[0]

    def fetch(self, ids: Iterable[bytes], moment: bytes) -> None:
        """Has the records of `ids` at hand for this thread, which is about to load them."""
        wanted = list(ids)[:AT_ONCE]
        found = zip(wanted, self._ask(wanted, moment), strict=True) if wanted else ()
        self._fetched.moment = moment
        self._fetched.records = {id: record for id, record in found if record is not None}

    def close(self) -> None:
        """Also those that are lent now, once they come back."""
        self._closed = True
        while self._free:
            self._free.pop().close()

    def _taken(self, id: bytes, moment: bytes) -> Record | None:
        records: dict[bytes, Record] = getattr(self._fetched, "records", {})
        return records.pop(id, None) if records and self._fetched.moment == moment else None

    def _ask(self, ids: Sequence[bytes], moment: bytes) -> list[Record | None]:
        try:
            with self._lent() as lent:
                lent.sendall(b"".join(id + moment for id in ids))
                answers = Answers(lent)
                return [answers.next() for _ in ids]
        except OSError:
            return [None] * len(ids)

    @contextmanager
    def _lent(self) -> Iterator[socket.socket]:
        """One that failed is closed: an answer may still come to it."""
        try:
            lent = self._free.pop()
        except IndexError:
            lent = self._connect()
        try:
            yield lent
        except BaseException:
            lent.close()
            raise
        if len(self._free) < KEPT and not self._closed:
            self._free.append(lent)
        else:
            lent.close()

    def _connect(self) -> socket.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.settimeout(PATIENCE)
            made.connect(self.path)
        except OSError:
            made.close()
            raise
        return made


class Answers:
    """Reads answers from a socket; raises ConnectionError where it ends."""

    def __init__(self, given: socket.socket) -> None:
        self._socket = given
        self._held = bytearray()

    def next(self) -> Record | None:
        size, start, end = HEADER.unpack(self._take(HEADER.size))
        if size < 0:
            return None
        return bytes(self._take(size)), start, end if end != NEVER else None

    def _take(self, size: int) -> bytearray:
        while len(self._held) < size:
            block = self._socket.recv(1 << 16)
            if not block:
                raise ConnectionError("the storage server is gone")
            self._held += block
        taken = self._held[:size]
        del self._held[:size]
        return taken
