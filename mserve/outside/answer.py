"""Answer: what a server has answered, whose body is read in blocks and up to a limit."""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from mserve.errors import TaskError
from mserve.outside.address import Unreachable

BLOCK = 1 << 16
AGAIN = frozenset({408, 425, 429})  # and all from 500 on
GZIP = ("gzip", "x-gzip")
WBITS = 31  # zlib: with gzip's header
MIMETYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}")  # RFC 6838, 4.2
UNKNOWN = "application/octet-stream"


@dataclass(frozen=True)
class Answer:
    """`url` has no credentials; `stream` is the body as it comes from the connection."""

    url: str
    status: int
    headers: httpx.Headers
    stream: Iterable[bytes]

    @property
    def mimetype(self) -> str:
        """As the server says, without parameters."""
        said = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return said if MIMETYPE.fullmatch(said) else UNKNOWN

    @property
    def length(self) -> int | None:
        """In bytes, as announced, of a body that is not encoded."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() and not self._encoding() else None

    def demand(self, good: Iterable[int]) -> None:
        """Raises TaskError, or Unreachable where another attempt may do, for another status."""
        if self.status in good:
            return
        words = f"{self.url} answers {self.status} {_phrase(self.status)}".rstrip()
        if self.status in AGAIN or self.status >= 500:
            raise Unreachable(words)
        if 300 <= self.status < 400 and (place := self.headers.get("location")):
            words += f", which leads to {place[:200]}: give that address"
        raise TaskError(words)

    def blocks(self, most: int) -> Iterator[bytes]:
        """The body; raises TaskError where it has more than `most` bytes."""
        too_large = TaskError(f"{self.url} answers with more than the {most} bytes allowed")
        if (self.length or 0) > most:
            raise too_large
        come = 0
        for block in self._decoded():
            come += len(block)
            if come > most:
                raise too_large
            yield block

    def _encoding(self) -> str:
        said: str = self.headers.get("content-encoding", "").strip().lower()
        return "" if said == "identity" else said

    def _decoded(self) -> Iterator[bytes]:
        """None was asked for, but there are servers that know no other way."""
        encoding = self._encoding()
        if not encoding:
            return iter(self.stream)
        if encoding not in GZIP:
            raise TaskError(f"{self.url} answers in the encoding {encoding[:40]!r}, not asked for")
        return self._unzipped()

    def _unzipped(self) -> Iterator[bytes]:
        """Never more at a time than BLOCK, however much a few bytes may become."""
        inflater, begun = zlib.decompressobj(WBITS), False
        try:
            for block in self.stream:
                while block:
                    begun = True
                    yield inflater.decompress(block, BLOCK)
                    block = inflater.unconsumed_tail
                    if inflater.eof:  # another member may follow: RFC 1952, 2.2
                        block = inflater.unused_data
                        inflater, begun = zlib.decompressobj(WBITS), False
            yield inflater.flush()
        except zlib.error as fault:
            raise TaskError(f"{self.url} answers with broken gzip: {fault}") from fault
        if begun:
            raise Unreachable(f"{self.url} answers with gzip that breaks off")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
