"""Partial: the file that an upload's pieces are appended to. Its size is the offset: the truth.

Who appends holds a *lease*, the lock of a file beside it, so that of two requests, of any process,
one is refused. The lock ends with its process. A holder from whom no byte has come for a while has
lost its client, though it may not know: the next one takes the lease over by putting a new lock
file in place. So each block is appended in a short critical section that asks whether the lease is
still the one in place, and the former holder can do no harm when it wakes up.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mserve.errors import Conflict, Locked, Missing
from mserve.resources.spool import discard, room, write_all

STALLED = 30.0  # seconds without a byte, after which a lease may be taken over
PREFIX = "upload-"
GONE = "this upload has expired, or was ended"


class Partial:
    """The bytes so far of the upload `id`; they lie in `folder`, beside the blobs."""

    def __init__(self, folder: str, id: str) -> None:
        self.id = id
        self.path = os.path.join(folder, f"{PREFIX}{id}")
        self.lock = f"{self.path}.lock"

    def make(self) -> None:
        with room():
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    @property
    def size(self) -> int:
        """Bytes that have come; raises Missing where the upload was given up."""
        return self._stat().st_size

    @property
    def changed(self) -> int | None:
        """When the last of them came (µs); None where the file is gone."""
        try:
            return os.stat(self.path).st_mtime_ns // 1000
        except FileNotFoundError:
            return None

    def _stat(self) -> os.stat_result:
        try:
            return os.stat(self.path)
        except FileNotFoundError:
            raise Missing(GONE) from None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody appends meanwhile; raises Missing."""
        with self._opened() as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            yield

    def discard(self) -> None:
        """Removes it; who appends just now is refused from then on."""
        discard(self.path)
        discard(self.lock)

    @contextmanager
    def lease(self) -> Iterator["Lease"]:
        """The right to append; raises Locked where another request has it, Missing."""
        self._stat()
        lock = self._locked()
        try:
            with self._opened() as file:
                yield Lease(self, lock, file.fileno())
        finally:
            os.close(lock)

    def _opened(self) -> Any:
        try:
            return open(self.path, "r+b", buffering=0)
        except FileNotFoundError:
            raise Missing(GONE) from None

    def _locked(self) -> int:
        """A descriptor of the lock file in place, locked; raises Locked."""
        while True:
            with room():
                lock = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stalled = self._stalled(lock)
                os.close(lock)
                if not stalled:
                    raise Locked("another request of this upload is under way") from None
                discard(self.lock)
                continue
            if self.is_current(lock):
                return lock
            os.close(lock)

    def _stalled(self, lock: int) -> bool:
        """Whether the lease that `lock` stands for is still in place, and nothing comes of it."""
        since = max(os.fstat(lock).st_mtime, os.fstat(lock).st_ctime)
        return self.is_current(lock) and time.time() - since > STALLED

    def is_current(self, lock: int) -> bool:
        """Whether `lock` is the lock file that is in place."""
        try:
            return os.path.samestat(os.stat(self.lock), os.fstat(lock))
        except FileNotFoundError:
            return False


def upload_of(name: str) -> str | None:
    """The id of the upload whose file is called `name`, or None."""
    return name.removeprefix(PREFIX).removesuffix(".lock") if name.startswith(PREFIX) else None


class Lease:
    """The right to append, as long as nobody takes it over."""

    def __init__(self, partial: Partial, lock: int, descriptor: int) -> None:
        self.partial = partial
        self._lock = lock
        self._descriptor = descriptor
        os.utime(lock)
        with self.turn():
            self.offset = os.fstat(descriptor).st_size

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A critical section of all who hold a lease or believe so; raises Conflict, Missing."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            self.partial.size  # noqa: B018 - Missing, where it was discarded
            if not self.partial.is_current(self._lock):
                raise Conflict("another request has taken this upload over")
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def append(self, block: bytes | bytearray) -> None:
        """Raises Conflict, Missing, StorageFull; a block is there in part if the disk is full."""
        with self.turn():
            self._expect()
            try:
                write_all(self._descriptor, block)
            finally:
                self.offset = os.fstat(self._descriptor).st_size
            os.utime(self._lock)

    def cut(self, offset: int) -> None:
        """Takes back what was appended after `offset`."""
        with self.turn():
            self._expect()
            os.ftruncate(self._descriptor, offset)
            self.offset = os.lseek(self._descriptor, 0, os.SEEK_END)

    def _expect(self) -> None:
        """Nobody else may have appended, unless the lease was taken over; then we are not here."""
        end = os.lseek(self._descriptor, 0, os.SEEK_END)
        if end != self.offset:
            raise Conflict(f"the upload is at {end}, not at {self.offset}")
