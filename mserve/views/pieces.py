"""Pieces of an upload: appended, and hashed on the way as far as this process sees them all.

What has come is kept when a connection breaks; the size of the file tells the client where to go
on. A piece with a digest is kept whole or not at all, so it waits in a file of its own first.
"""

from collections import OrderedDict
from collections.abc import Set
from threading import Lock
from typing import Any

from mserve.errors import CutBody, OverBudget, TooLarge
from mserve.resources.hashing import Hashing
from mserve.resources.partial import Lease
from mserve.resources.spool import Spool
from mserve.views import tus
from mserve.views.announced import Announced
from mserve.views.incoming import Body

BLOCK = 1 << 18  # bytes; small, as up to a block is lost where a connection breaks


class Hashings:
    """Hashings of uploads that are under way, up to the last byte that this process has seen.

    Bytes that have come never change, so one that is found at the right offset is right. It spares
    reading the whole file at the end; where it is missing, that is done.
    """

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._known: OrderedDict[str, Hashing] = OrderedDict()
        self._lock = Lock()

    def take(self, id: str, offset: int, algorithms: Set[str]) -> Hashing | None:
        """The hashing of the first `offset` bytes, for its taker alone; or None."""
        with self._lock:
            found = self._known.pop(id, None)
        if found is not None and found.size == offset and algorithms <= found.hashes.keys():
            return found
        return Hashing(algorithms) if offset == 0 else None

    def keep(self, id: str, hashing: Hashing) -> None:
        hashing.finish()
        with self._lock:
            self._known[id] = hashing
            while len(self._known) > self._most:
                self._known.popitem(last=False)


HASHINGS = Hashings()


def receive_piece(
    request: Any, id: str, lease: Lease, length: int | None, algorithms: Set[str]
) -> None:
    """Appends the body, as far as it comes. Raises TooLarge beyond `length`, DigestMismatch.

    A body that breaks off is told as CutBody or by the offset; what came is kept. `algorithms` are
    those of which the whole's digest will be wanted.
    """
    body = Body(request)
    _check_room(lease.offset + (body.length or 0), length)
    announced = tus.of_piece(request)
    piece = Piece(id, lease, length, algorithms)
    try:
        if announced.expected:
            _take_checked(request, piece, body, announced)
        else:
            piece.take(body)
    finally:
        body.keep(lease.offset - piece.start)
        piece.end()


class Piece:
    """What is appended in one request."""

    def __init__(self, id: str, lease: Lease, length: int | None, algorithms: Set[str]) -> None:
        self.id, self.lease, self.length = id, lease, length
        self.start = lease.offset
        self.hashing = HASHINGS.take(id, lease.offset, algorithms)

    def take(self, body: Any) -> None:
        try:
            while block := body.read(BLOCK):
                _check_room(self.lease.offset + len(block), self.length)
                self.lease.append(block)
                if self.hashing is not None:
                    self.hashing.update(block)
        except (TooLarge, OverBudget):
            self.lease.cut(self.start)
            raise

    def end(self) -> None:
        """A hashing that has seen other bytes than were kept, as on a full disk, is of no use."""
        if self.hashing is None:
            return
        if self.hashing.size == self.lease.offset:
            HASHINGS.keep(self.id, self.hashing)
        else:
            self.hashing.finish()


def _take_checked(request: Any, piece: Piece, body: Body, announced: Announced) -> None:
    """Of a body that breaks off the digest is not known: nothing of it is kept."""
    spool = Spool(request.spool_folder, announced.algorithms)
    try:
        while block := body.read(BLOCK):
            spool.write(block)
        spool.close(durable=False)
        if body.length is not None and spool.size < body.length:
            raise CutBody
        announced.check(spool.digests)
        with open(spool.path, "rb") as source:
            piece.take(source)
    finally:
        spool.discard()


def _check_room(end: int, length: int | None) -> None:
    if length is not None and end > length:
        raise TooLarge(f"the upload has {length} bytes, and this piece goes on to {end}")
