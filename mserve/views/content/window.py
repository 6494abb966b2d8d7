"""Window: what of a file is to be sent, as a file: pieces of it, and bytes that go between."""

import io
import os
import time
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from mserve.views.content.ranges import Span

MOST = 1 << 18  # bytes in one read; what fits the processor's cache is the quickest
Piece = Span | bytes


class Window(io.RawIOBase):
    """Reads the pieces one after the other; a read may give less than asked for, but not nothing.

    It knows its own place and reads by pread(2), so that it costs no seek, and can be read again
    after a part of what it gave was sent. It is given to the WSGI server's file wrapper; mserve's
    own sends `pieces` of the file at its `pace` without reading them, and says how much in `sent`,
    and in `begun` when the first byte left, by time.monotonic().

    In the end it is given to `ended`.
    """

    sent: int | None = None
    begun: float | None = None

    def __init__(
        self,
        path: str,
        pieces: list[Piece],
        pace: Any = None,
        ended: Callable[["Window"], None] | None = None,
    ) -> None:
        self._place = 0
        self._ended = ended
        self.pieces = pieces
        self.pace = pace
        self._ends = [*accumulate(map(length, pieces))]
        self.size = self._ends[-1] if pieces else 0
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def read(self, most: int | None = -1) -> bytes:
        if self.closed:
            raise ValueError("the window is closed")
        if self._place >= self.size:
            return b""
        number = bisect_right(self._ends, self._place)
        piece, left = self.pieces[number], self._ends[number] - self._place
        count = min(left, MOST if most is None or most < 0 else min(most, MOST))
        if isinstance(piece, bytes):
            block = piece[len(piece) - left :][:count]
        else:
            block = os.pread(self._file, count, piece.stop - left)
            if not block:
                raise OSError("the file is shorter than it should be")
        self._place += len(block)
        self.begun = self.begun or time.monotonic()
        return block

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.size}[whence]
        self._place = base + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def fileno(self) -> int:
        return self._file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closed and hasattr(self, "_file"):
            os.close(self._file)
            self.sent = self._place if self.sent is None else self.sent
            if self._ended is not None:
                self._ended(self)
        super().close()

    @property
    def content_sent(self) -> int:
        """Of the bytes that were sent, those of the file."""
        sent = self.sent or 0
        if len(self.pieces) == 1:
            return sent
        for piece, end in zip(self.pieces, self._ends, strict=True):
            if isinstance(piece, bytes):
                sent -= max(0, min(length(piece), (self.sent or 0) - end + length(piece)))
        return sent


def length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.stop - piece.start
