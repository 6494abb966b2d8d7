"""The file of an upload in chunks, as the body of the PUT that MOVE of `.file` has become."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from mserve.dav.fields import total_length
from mserve.dav.receiving import Growing, wanted_digests
from mserve.dav.uploads import ASSEMBLED, owner_of
from mserve.errors import Missing
from mserve.resources.assembly import whole
from mserve.resources.chunks import Chunks
from mserve.resources.hashing import Hashing
from mserve.resources.partial import Lease
from mserve.resources.spool import Spool, directory
from mserve.views import receive
from mserve.views.announced import Announced


def chunks_of(request: Any) -> Chunks | None:
    """Those that are the request's body; None where it has one of the usual kind."""
    name = request.environ.get(ASSEMBLED)
    if name is None:
        return None
    return Chunks(directory(request.site), owner_of(request.identity), name)


@contextmanager
def incoming(request: Any, chunks: Chunks | None) -> Iterator[Spool]:
    """The bytes of a PUT. Chunks are there until all is done without a fault.

    Raises what receive_body does; BadContent, Conflict, Locked, Missing.
    """
    if chunks is not None:
        with _assembled(request, chunks) as spool:
            yield spool
        with suppress(Missing):  # it was given up meanwhile: too late
            chunks.discard()
        return
    spool = receive.receive_body(request, wanted_digests(request))
    try:
        yield spool
    finally:
        spool.clear()


@contextmanager
def _assembled(request: Any, chunks: Chunks) -> Iterator[Spool]:
    total, announced = total_length(request), Announced.of(request.headers.get)
    with chunks.base().lease() as lease:
        base = Growing(chunks, lease)
        base.absorb()
        algorithms = announced.algorithms | wanted_digests(request)
        spool = whole(chunks, lease, total, _known(base, lease, algorithms), algorithms)
        try:
            announced.check(spool.digests)
            yield spool
        except BaseException:
            base.keep()
            raise
        finally:
            spool.clear()


def _known(base: Growing, lease: Lease, algorithms: frozenset[str]) -> Hashing | None:
    hashing = base.hashing
    return hashing if hashing is not None and algorithms <= hashing.hashes.keys() else None
