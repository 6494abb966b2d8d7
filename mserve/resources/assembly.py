"""Assembly: the chunks of an upload become one file, without a copy where they lie in order."""

from collections.abc import Set

from mserve.errors import Conflict
from mserve.resources.chunk import Chunk, check_whole
from mserve.resources.chunks import Chunks
from mserve.resources.copying import Source, joined
from mserve.resources.hashing import Hashing
from mserve.resources.partial import Lease
from mserve.resources.spool import Spool


def whole(
    chunks: Chunks, lease: Lease, total: int | None, known: Hashing | None, algorithms: Set[str]
) -> Spool:
    """The file, of `total` bytes where that is said; `known` may have hashed the base.

    It lies beside the upload's folder, as another request may end the upload meanwhile. Nothing is
    appended from then on. Raises BadContent, Conflict, Missing, StorageFull.
    """
    found = chunks.listed()
    check_whole(found, total)
    chunks.seal(lease)
    if _is_base(found, lease.offset):
        spool = Spool.of_file(lease.partial.path, known, algorithms, chunks.folder)
    else:
        spool = joined(chunks.folder, [_source(chunks, each, lease) for each in found], algorithms)
    try:
        if chunks.listed() != found:
            raise Conflict("a chunk has come while the file was made; end the upload again")
    except BaseException:
        spool.discard()
        raise
    return spool


def _source(chunks: Chunks, chunk: Chunk, lease: Lease) -> Source:
    own = chunk.offset is None
    path = chunks.own_path(chunk.name) if own else lease.partial.path
    return path, chunk.offset or 0, chunk.size


def _is_base(chunks: list[Chunk], size: int) -> bool:
    """Whether the base of `size` bytes is the whole of them, in their order."""
    end = 0
    for each in chunks:
        if each.offset != end:
            return False
        end += each.size
    return end == size
