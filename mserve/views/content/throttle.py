"""Access speed without a front: a body leaves at so many bytes a second, and holds no thread.

Under waitress a file that was handed to the file wrapper is sent by the server's one loop, which
asks each connection whether it wants to write. A paced file's connection says no until bytes are
due, so a thousand slow readers cost a descriptor each, and no thread. The loop asks once a second
or more often: bytes leave in gulps of at most that long.

Under another WSGI server, and for what is made while it is sent (a zip), a thread waits. Such
threads are numbered (`mserve.streams`): who finds no seat is told to come again, and the other
threads go on to answer.
"""

import copy
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pyramid.response import FileIter
from waitress.channel import HTTPChannel

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

    def blocks(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """`blocks` in pieces, each once it is due; the thread waits between them."""
        place = 0
        for block in blocks:
            while block:
                while not (due := self.due(place)):
                    time.sleep(max(0.001, min(1.0, self.gulp / self.rate)))
                piece, block = block[:due], block[due:]
                place += len(piece)
                yield piece


class PacedWindow(Window):
    """A window that gives no more than is due, and nothing where nothing is."""

    def __init__(self, path: str, pieces: list[Piece], pace: Pace, channel: HTTPChannel) -> None:
        super().__init__(path, pieces)
        self._pace, self._channel = pace, channel
        channel.writable = self._writable

    def read(self, most: int | None = -1) -> bytes:
        due = self._due()
        return super().read(due if most is None or most < 0 else min(due, most)) if due else b""

    def _due(self) -> int:
        """Bytes that are due, if they are worth a turn: else each byte would have its own."""
        due = self._pace.due(self._place)
        return due if due >= min(self._pace.gulp, self.size - self._place) else 0

    def _writable(self) -> bool:
        """In place of the channel's own: it has something to write, and that is due."""
        channel = self._channel
        due = channel.will_close or self.closed or self._due() or self._place >= self.size
        return bool(due and type(channel).writable(channel))

    def close(self) -> None:
        if not self.closed and hasattr(self, "_channel"):
            vars(self._channel).pop("writable", None)
        super().close()


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
    """A body that is made while it is sent, by a thread that has a seat.

    Waitress would let it run 16 MiB ahead of the reader, in memory and temporary files. For this
    connection, which ends with the stream, it is told to wait sooner.
    """

    def __init__(self, blocks: Iterator[bytes], seat: Seat, environ: dict[str, Any]) -> None:
        self._blocks, self._seat = blocks, seat
        if channel := channel_of(environ):
            channel.adj = copy.copy(channel.adj)
            channel.adj.outbuf_high_watermark = BLOCK

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


def body(request: Any, path: str, pieces: list[Piece], speed: int | None) -> Any:
    """The pieces as a WSGI body; None where they'd hold a thread and no seat is free."""
    if speed is None:
        wrap = request.environ.get("wsgi.file_wrapper", FileIter)
        return wrap(Window(path, pieces), BLOCK)
    channel = channel_of(request.environ)
    if channel is not None:
        wrap = request.environ["wsgi.file_wrapper"]
        return wrap(PacedWindow(path, pieces, Pace(speed), channel), BLOCK)
    found = seat(request.registry, request.settings.streams)
    return None if found is None else Stream(_paced(path, pieces, speed), found, request.environ)


def _paced(path: str, pieces: list[Piece], speed: int) -> Iterator[bytes]:
    with Window(path, pieces) as window:
        yield from Pace(speed).blocks(iter(lambda: window.read(BLOCK), b""))


def channel_of(environ: dict[str, Any]) -> HTTPChannel | None:
    """The connection that waitress serves, by the one thing of it that the environ has."""
    channel = getattr(environ.get("waitress.client_disconnected"), "__self__", None)
    return channel if isinstance(channel, HTTPChannel) else None


def whole(size: int) -> list[Piece]:
    return [Span(0, size)] if size else []
