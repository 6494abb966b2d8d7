"""Bodies of requests: read from the wire as the application asks for them (wsgi.input).

A body that breaks off gives what came of it, and then raises Cut; so it is never taken for a whole
one. `left` says whether there is more: what a refused request did not get to say.
"""

import re
from typing import Protocol

from mserve.server.wire import Gone, Wire

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LINE = 256  # bytes of the line before a chunk
TRAILERS = 1 << 14  # bytes
SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(;[^\r\n\x00]*)?")


class Cut(ConnectionAbortedError):
    """The connection, or the chunks, broke before the body's end."""


class Source(Protocol):
    """Where the bytes of a body come from."""

    @property
    def left(self) -> bool: ...

    def most(self, size: int) -> int: ...

    def fill(self, block: memoryview) -> int: ...


class Counted:
    """A body of a known length."""

    def __init__(self, wire: Wire, length: int) -> None:
        self._wire = wire
        self.length = length

    @property
    def left(self) -> bool:
        return self.length > 0

    def most(self, size: int) -> int:
        return min(size, self.length)

    def fill(self, block: memoryview) -> int:
        block = block[: self.length]
        count = self._wire.fill(block)
        self.length -= count
        if not count and self.length:
            raise Cut(f"{self.length} bytes of the body did not come")
        return count


class Chunked:
    """A body in chunks (RFC 9112, 7.1). Extensions and trailers are passed over."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._chunk = 0
        self._begun = False
        self._ended = False

    @property
    def left(self) -> bool:
        return not self._ended

    def most(self, size: int) -> int:
        return size if self.left else 0

    def fill(self, block: memoryview) -> int:
        size = 0
        while size < len(block) and self.left:
            if not self._chunk:
                self._next()
                continue
            part = block[size : size + self._chunk]
            count = self._wire.fill(part)
            self._chunk -= count
            size += count
            if count < len(part):
                break
        if not size and self.left and len(block):
            raise Cut("a chunk of the body did not come whole")
        return size

    def _next(self) -> None:
        """Reads on to the bytes of the next chunk, or to the end."""
        if self._begun and self._line(LINE):
            raise Cut("a chunk is longer than it says")
        self._begun = True
        found = SIZE.fullmatch(self._line(LINE))
        if found is None:
            raise Cut("a chunk begins with its size in hexadecimal digits")
        self._chunk = int(found[1], 16)
        if not self._chunk:
            rest = TRAILERS
            while line := self._line(rest):
                rest -= len(line)
            self._ended = True

    def _line(self, most: int) -> bytes:
        """The next line, without its end."""
        while (end := self._wire.held.find(b"\r\n", 0, most + 2)) < 0:
            if len(self._wire.held) > most:
                raise Cut("a line between the chunks of the body is too long")
            if not self._wire.more():
                raise Cut("the body ended before its last chunk")
        return self._wire.take(end + 2)[:end]


class Input:
    """`wsgi.input`. Says `100 Continue` to a client that waits for it, before the first read."""

    def __init__(self, wire: Wire, source: Source, expects: bool = False) -> None:
        self._wire = wire
        self._source = source
        self.expects = expects
        self._lines = b""

    @property
    def left(self) -> bool:
        return self._source.left

    def block(self, size: int) -> bytearray:
        """`size` bytes, less at the end. Raises Cut."""
        if self.expects and self.left:
            self.expects = False
            self._wire.send(CONTINUE)
        size = self._source.most(size)
        block = bytearray(size)
        try:
            count = self._source.fill(memoryview(block))
        except Gone as fault:
            raise Cut("the client was gone before the end of the body") from fault
        if count < size:
            del block[count:]
        return block

    def read(self, size: int | None = -1) -> bytes:
        if self._lines or size is None or size < 0:
            return self._rest(size)
        return bytes(self.block(size))

    def _rest(self, size: int | None) -> bytes:
        most = 1 << 62 if size is None or size < 0 else size
        found, self._lines = self._lines[:most], self._lines[most:]
        while len(found) < most and (block := self.block(min(most - len(found), 1 << 16))):
            found += block
        return found

    def readline(self, size: int | None = -1) -> bytes:
        most = 1 << 62 if size is None or size < 0 else size
        while b"\n" not in self._lines[:most] and len(self._lines) < most:
            block = self.block(1 << 12)
            if not block:
                break
            self._lines += block
        end = self._lines.find(b"\n", 0, most) + 1 or min(most, len(self._lines))
        line, self._lines = self._lines[:end], self._lines[end:]
        return line

    def readlines(self, hint: int = 0) -> list[bytes]:
        return list(self)

    def __iter__(self) -> "Input":
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            raise StopIteration
        return line
