"""Hashing: digests of a stream of bytes; those of much are computed beside the writing."""

from collections.abc import Iterable, Mapping
from hashlib import new
from queue import Queue
from threading import Thread
from typing import Any

SHA256 = "sha256"
BESIDE = 8 << 20  # bytes from which a thread pays
WAITING = 4  # blocks between the writer and the thread
Blocks = Queue[bytes | bytearray | None]


class Hashing:
    """Takes blocks in order. Both hashing and writing let other threads run meanwhile.

    `algorithms` as hashlib calls them; SHA-256 is always one of them.
    """

    def __init__(self, algorithms: Iterable[str] = ()) -> None:
        names = {SHA256, *algorithms}
        self.hashes: dict[str, Any] = {name: new(name, usedforsecurity=False) for name in names}
        self.size = 0
        self._beside: tuple[Blocks, Thread] | None = None

    def update(self, block: bytes | bytearray) -> None:
        """Takes the next block, which must not be changed any more."""
        self.size += len(block)
        if self._beside is None and self.size > BESIDE:
            self._beside = self._begin()
        if self._beside is None:
            self._take(block)
        else:
            self._beside[0].put(block)

    def _take(self, block: bytes | bytearray) -> None:
        for each in self.hashes.values():
            each.update(block)

    def _begin(self) -> tuple[Blocks, Thread]:
        """A thread that takes blocks, and what it gets them by."""
        blocks: Blocks = Queue(WAITING)
        thread = Thread(target=self._work, args=(blocks,), name="hashing", daemon=True)
        thread.start()
        return blocks, thread

    def _work(self, blocks: Blocks) -> None:
        while (block := blocks.get()) is not None:
            self._take(block)

    def finish(self) -> Mapping[str, bytes]:
        """The digests of all that was taken, by algorithm. More may be taken after that."""
        if self._beside is not None:
            blocks, thread = self._beside
            blocks.put(None)
            thread.join()
            self._beside = None
        return {name: each.digest() for name, each in self.hashes.items()}
