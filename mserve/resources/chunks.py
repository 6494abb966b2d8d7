"""Chunks of a file on their way in: they come in any order, from any process, and again.

A chunk that comes in its turn is appended to the *base*, a Partial in the upload's folder, so that
a file whose chunks all come so is whole without a copy. An empty file tells where in the base the
chunk lies, once all of it is there: what comes after the last that is told of was cut short. Every
other chunk is a file of its own, put in place by a rename, and counts more than one in the base.
So at each moment the folder says what has come; nothing of it is in the tree.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from typing import BinaryIO

from mserve.errors import Missing, NameTaken, StorageFull
from mserve.resources.chunk import OWN, Chunk, follows, mark_of, merged, placed
from mserve.resources.ids import new_id
from mserve.resources.partial import Lease, Partial, upload_of
from mserve.resources.spool import Spool, discard, room

PREFIX = "chunked-"
SEALED = "sealed"
GONE = "there is no such upload: it was not begun, has ended, or nothing came for a day"


class Chunks:
    """Those of the upload that `owner` calls `name`; they lie below `folder`, beside the blobs."""

    def __init__(self, folder: str, owner: str, name: str) -> None:
        self.folder = folder
        self._kin = f"{PREFIX}{_short(owner)}-"
        self.path = os.path.join(folder, f"{self._kin}{_short(name)}")

    def make(self, most: int) -> None:
        """Raises NameTaken where it has begun, StorageFull beyond `most` of one owner."""
        if sum(name.startswith(self._kin) for name in os.listdir(self.folder)) >= most:
            raise StorageFull(f"{most} uploads of yours are under way; finish or delete one")
        with room():
            try:
                os.mkdir(self.path, 0o700)
            except FileExistsError:
                raise NameTaken("this upload") from None
            Partial(self.path, new_id()).make()

    def base(self) -> Partial:
        """Raises Missing."""
        try:
            names = os.listdir(self.path)
        except FileNotFoundError:
            raise Missing(GONE) from None
        found = (upload_of(name) for name in names if not name.endswith(".lock"))
        for id in filter(None, found):
            return Partial(self.path, id)
        raise Missing(GONE)

    def told(self) -> list[Chunk]:
        """All that files tell of, also what does not count any more. Raises Missing."""
        try:
            with os.scandir(self.path) as entries:
                return [chunk for each in entries if (chunk := Chunk.told(each))]
        except FileNotFoundError:
            raise Missing(GONE) from None

    def listed(self) -> list[Chunk]:
        """What has come, in the order of the file. Raises Missing."""
        return merged(self.told())

    def discard(self) -> None:
        """With all that came; who is at it finds nothing from then on. Raises Missing."""
        gone = os.path.join(self.folder, f"{PREFIX}gone-{new_id()}")
        try:
            os.rename(self.path, gone)
        except FileNotFoundError:
            raise Missing(GONE) from None
        shutil.rmtree(gone, ignore_errors=True)

    def spool(self) -> Spool:
        """For a chunk that gets a file of its own. Raises Missing, StorageFull."""
        try:
            return Spool(self.path)
        except FileNotFoundError:
            raise Missing(GONE) from None

    def place(self, name: str, path: str) -> None:
        """The file `path`, which lies in the folder, is that chunk from now on. Raises Missing."""
        try:
            with self.base().exclusive():
                os.rename(path, self.own_path(name))
        except FileNotFoundError:
            raise Missing(GONE) from None

    def own_path(self, name: str) -> str:
        """Where the chunk is, if it has a file of its own."""
        return os.path.join(self.path, f"{name}{OWN}")

    @property
    def _seal(self) -> str:
        return os.path.join(self.path, SEALED)

    def is_next(self, name: str, lease: Lease) -> bool:
        """Whether that chunk is to be appended; takes back what was cut short before."""
        if os.path.exists(self._seal):
            return False
        told = self.told()
        last = self._tidy(told, lease)
        inside = {each.start for each in told if each.offset is not None}
        start, ranged = placed(name)
        return start not in inside and follows(start, ranged, last, lease.offset)

    def waiting(self, lease: Lease) -> Iterator[tuple[str, BinaryIO]]:
        """The chunks with files of their own that may be appended now, one after the other."""
        if os.path.exists(self._seal):
            return
        told = self.told()
        last = self._tidy(told, lease)
        inside = {each.start for each in told if each.offset is not None}
        for each in merged(told):
            if each.start in inside or not follows(each.start, each.ranged, last, lease.offset):
                continue
            with suppress(FileNotFoundError), open(self.own_path(each.name), "rb") as source:
                yield each.name, source
                last = each

    def _tidy(self, told: list[Chunk], lease: Lease) -> Chunk | None:
        """The last chunk in the base, which ends there then."""
        inside = [each for each in told if each.offset is not None]
        if lease.offset != (end := sum(each.size for each in inside)):
            lease.cut(end)
        return max(inside, key=lambda each: each.offset or 0, default=None)

    def mark(self, name: str, offset: int, lease: Lease, source: BinaryIO | None = None) -> None:
        """The chunk lies in the base, from `offset` to its end, and has no file of its own.

        Where it was copied from `source`, another file that has come meanwhile stays, and counts.
        Raises Conflict, Missing.
        """
        path = os.path.join(self.path, mark_of(name, offset, lease.offset - offset))
        with lease.turn(), room():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            if source is None or _is_file(self.own_path(name), source):
                discard(self.own_path(name))

    def seal(self, lease: Lease) -> None:
        """Nothing is appended any more: the base may be a blob's. Raises Conflict, Missing."""
        if not os.path.exists(self._seal):
            self._tidy(self.told(), lease)
            with lease.turn(), room():
                os.close(os.open(self._seal, os.O_WRONLY | os.O_CREAT, 0o600))


def _is_file(path: str, file: BinaryIO) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.stat(path), os.fstat(file.fileno()))
    return False


def _short(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]
