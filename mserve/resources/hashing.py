"""Hashing: digests of a stream of bytes; those of much are computed beside the writing."""

from collections.abc import Iterable, Mapping
from hashlib import new
from queue import Queue
from threading import Thread
from typing import Any

SHA256 = "sha256"
BESIDE = 8 << 20  # bytes from which a thread pays
WAITING = 4  # blocks between the writer and the thread


class Hashing:
    """Takes blocks in order. Both hashing and writing let other threads run meanwhile.

    `algorithms` as hashlib calls them; SHA-256 is always one of them.
    """

    def __init__(self, algorithms: Iterable[str] = ()) -> None:
        names = {SHA256, *algorithms}
        self.hashes: dict[str, Any] = {name: new(name, usedforsecurity=False) for name in names}
        self.size = 0
        self._queue: Queue[bytes | bytearray | None] = Queue(WAITING)
        self._thread: Thread | None = None

    def update(self, block: bytes | bytearray) -> None:
        """Takes the next block, which must not be changed any more."""
        self.size += len(block)
        if self._thread is None and self.size > BESIDE:
            self._thread = Thread(target=self._work, name="hashing", daemon=True)
            self._thread.start()
        if self._thread is None:
            self._take(block)
        else:
            self._queue.put(block)

    def _take(self, block: bytes | bytearray) -> None:
        for each in self.hashes.values():
            each.update(block)

    def _work(self) -> None:
        while (block := self._queue.get()) is not None:
            self._take(block)

    def finish(self) -> Mapping[str, bytes]:
        """The digests of all that was taken, by algorithm. More may be taken after that."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None
        return {name: each.digest() for name, each in self.hashes.items()}
