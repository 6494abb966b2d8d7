"""Chunks are received: appended in their turn, else to files of their own; whole or not at all."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any, BinaryIO

from mserve import turn
from mserve.errors import Conflict, CutBody, Locked, Missing, StorageFull, TooLarge
from mserve.resources.chunks import Chunks
from mserve.resources.hashing import Hashing
from mserve.resources.partial import Lease
from mserve.views.announced import Announced
from mserve.views.drives import NEXTCLOUD
from mserve.views.incoming import Body
from mserve.views.pieces import BLOCK, HASHINGS

SHA1 = frozenset({"sha1"})
NONE: frozenset[str] = frozenset()


def wanted_digests(request: Any) -> frozenset[str]:
    """What clients that came by Nextcloud's address will ask for, announced or not."""
    return SHA1 if NEXTCLOUD in request.environ else NONE


class Incoming:
    """The body of a chunk, which is held against what was announced of it.

    Raises what Body does, TooLarge beyond `room` bytes.
    """

    def __init__(self, request: Any, room: int) -> None:
        self._announced = Announced.of(request.headers.get)
        self._body = Body(request, self._announced.algorithms)
        self._room = room

    def __iter__(self) -> Iterator[bytes | bytearray]:
        """All of it. Raises CutBody, DigestMismatch at its end."""
        while block := self._body.read(BLOCK):
            if self._body.size > self._room:
                raise TooLarge("the chunks of this upload would be larger than one upload may be")
            yield block
        if self._body.length is not None and self._body.size != self._body.length:
            raise CutBody
        self._announced.check(self._body.digests())


class Growing:
    """The base of an upload while a request has its lease, and its hashing, if all was seen."""

    def __init__(self, chunks: Chunks, lease: Lease) -> None:
        self._chunks, self._lease = chunks, lease
        self._id = lease.partial.id
        self.hashing: Hashing | None = HASHINGS.take(self._id, lease.offset, SHA1)

    def add(
        self, name: str, blocks: Iterable[bytes | bytearray], source: BinaryIO | None = None
    ) -> None:
        """Appends a chunk, of which nothing is left where `blocks` raises anything.

        `source` is the file that it was in, if it was in one.
        """
        start = self._lease.offset
        try:
            for block in blocks:
                self._lease.append(block)
                if self.hashing is not None:
                    self.hashing.update(block)
            self._chunks.mark(name, start, self._lease, source)
        except BaseException:
            self._take_back(start)
            raise

    def _take_back(self, start: int) -> None:
        if self.hashing is not None:
            self.hashing.finish()
            self.hashing = None
        with suppress(Conflict, Missing):  # it has got another owner, or is gone
            self._lease.cut(start)

    def absorb(self) -> None:
        """Appends what has come before its turn, and whose turn it is now."""
        for name, source in self._chunks.waiting(self._lease):
            turn.give()
            self.add(name, iter(partial(source.read, BLOCK), b""), source)

    def keep(self) -> None:
        """The hashing is for the next request."""
        if self.hashing is not None:
            HASHINGS.keep(self._id, self.hashing)


def receive_chunk(request: Any, chunks: Chunks, name: str, room: int) -> None:
    """Raises what Incoming does, Missing, StorageFull; then what came before is as it was."""
    body = Incoming(request, room)
    with _turn(chunks, name) as lease:
        if lease is not None:
            base = Growing(chunks, lease)
            base.add(name, body)
            base.keep()
    if lease is None:
        _receive_own(chunks, name, body)
    _absorb(chunks)


def _absorb(chunks: Chunks) -> None:
    """The base takes what it can. What keeps it from that is no fault: the chunk has come."""
    with suppress(Conflict, Locked, Missing, StorageFull), chunks.base().lease() as lease:
        base = Growing(chunks, lease)
        base.absorb()
        base.keep()


@contextmanager
def _turn(chunks: Chunks, name: str) -> Iterator[Lease | None]:
    """The right to append that chunk; None where it is not its turn, or another is appended."""
    with ExitStack() as stack:
        lease: Lease | None = None
        with suppress(Locked):
            lease = stack.enter_context(chunks.base().lease())
        if lease is not None and not chunks.is_next(name, lease):
            stack.close()
            lease = None
        yield lease


def _receive_own(chunks: Chunks, name: str, body: Incoming) -> None:
    spool = chunks.spool()
    try:
        for block in body:
            spool.write(block)
        spool.close(durable=False)
        chunks.place(name, spool.path)
    finally:
        spool.discard()
