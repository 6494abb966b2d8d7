"""Access speed without a front: a body leaves at so many bytes a second, and holds no thread.

mserve's own server (mserve/server/) sends a file when its Pace says that bytes are due, so a
thousand slow readers cost two descriptors each, and no thread.

Under another WSGI server, and for what is made while it is sent (a zip), a thread waits. Such
threads are numbered (`mserve.streams`): who finds no seat is told to come again, and the other
threads go on to answer.
"""

import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pyramid.response import FileIter

from mserve.views.content.ranges import Span
from mserve.views.content.window import Piece, Window

FIRST = 0.25  # seconds of bytes that leave at once
SAVED = 2.0  # seconds of bytes at most that a reader who paused may catch up
BLOCK = 1 << 18  # bytes


class Pace:
    """A token bucket over a place that moves on: how many bytes beyond it may leave by now."""

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        """rate: bytes per second."""
        self.rate, self.clock = rate, clock
        self.began = clock() - max(FIRST, 1 / rate)

    def due(self, place: int) -> int:
        """Bytes that may leave after the first `place` ones."""
        due = self.rate * (self.clock() - self.began) - place
        most = max(1.0, self.rate * SAVED)
        if due > most:
            self.began += (due - most) / self.rate
        return max(0, int(min(due, most)))

    @property
    def gulp(self) -> int:
        """Bytes that are worth a turn."""
        return max(1, min(self.rate // 20, BLOCK))

    @property
    def rest(self) -> float:
        """Seconds after which more is due."""
        return max(0.001, min(1.0, self.gulp / self.rate))

    def blocks(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """`blocks` in pieces, each once it is due; the thread waits between them."""
        place = 0
        for block in blocks:
            while block:
                while not (due := self.due(place)):
                    time.sleep(self.rest)
                piece, block = block[:due], block[due:]
                place += len(piece)
                yield piece


class Seats:
    """The threads of a process that may wait for slow readers."""

    def __init__(self, number: int) -> None:
        self._free = threading.BoundedSemaphore(number)

    def take(self) -> "Seat | None":
        return Seat(self._free) if self._free.acquire(blocking=False) else None


class Seat:
    """One of the seats; given back by `leave`, or when nobody holds it any more."""

    def __init__(self, free: threading.BoundedSemaphore) -> None:
        self.leave = weakref.finalize(self, free.release)


class Stream:
    """A body that is made while it is sent, by a thread that has a seat."""

    def __init__(self, blocks: Iterator[bytes], seat: Seat) -> None:
        self._blocks, self._seat = blocks, seat

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        try:
            self._blocks.close()  # type: ignore[attr-defined]  # a generator
        finally:
            self._seat.leave()


def seat(registry: Any, number: int) -> Seat | None:
    """A seat of this application's, if one is free."""
    seats: Seats = registry.__dict__.setdefault("mserve_seats", Seats(number))
    return seats.take()


def body(
    request: Any,
    path: str,
    pieces: list[Piece],
    speed: int | None,
    ended: Callable[[Window], None] | None = None,
) -> Any:
    """The pieces as a WSGI body; None where they'd hold a thread and no seat is free.

    `ended` is told in the end how many bytes of them were sent.
    """
    wrap = request.environ.get("wsgi.file_wrapper", FileIter)
    if speed is None or getattr(wrap, "paces", False):
        pace = None if speed is None else Pace(speed)
        return wrap(Window(path, pieces, pace, ended), BLOCK)
    found = seat(request.registry, request.settings.streams)
    if found is None:
        return None
    return Stream(_paced(Window(path, pieces, None, ended), speed), found)


def _paced(window: Window, speed: int) -> Iterator[bytes]:
    with window:
        yield from Pace(speed).blocks(iter(lambda: window.read(BLOCK), b""))


def whole(size: int) -> list[Piece]:
    return [Span(0, size)] if size else []
