"""The body of a request as it comes in: bounded, and never taken for whole where it broke off."""

from collections.abc import Iterable
from typing import Any

from pyramid.httpexceptions import HTTPLengthRequired, HTTPUnsupportedMediaType

from mserve.errors import BadInput, CutBody, TooLarge
from mserve.purse import purse_of
from mserve.resources.hashing import Hashing

BROKEN = (OSError, EOFError, ValueError)
"""What web servers raise from read() where a connection or the chunked encoding breaks."""


class Body:
    """Reads what belongs to the request and no more; `digests` are of all that was read.

    Raises HTTPLengthRequired, HTTPUnsupportedMediaType, BadInput, TooLarge or OverBudget before a
    byte is read. `length` is None where the encoding is chunked.
    """

    def __init__(self, request: Any, algorithms: Iterable[str] = ()) -> None:
        self.most: int = request.settings.upload_limit
        self.length = _length(request)
        _check_plain(request)
        if self.length is not None and self.length > self.most:
            raise self._too_large()
        self.size = 0
        self.purse = purse_of(request)
        self._pay(self.length or 0)
        given = request.environ["wsgi.input"]
        self._take = getattr(given, "block", given.read)  # mserve's own: without a copy
        self._hashing = Hashing(algorithms) if algorithms else None

    def read(self, size: int) -> bytes | bytearray:
        """Up to `size` bytes, none at the end; raises CutBody, TooLarge, OverBudget."""
        if self.length is not None:
            size = min(size, self.length - self.size)
        try:
            block: bytes | bytearray = self._take(size) if size else b""
        except BROKEN as fault:
            raise CutBody from fault
        self.size += len(block)
        if self.size > self.most:
            raise self._too_large()
        if self.length is None:
            self._pay(len(block))
        if self._hashing and block:
            self._hashing.update(block)
        return block

    def _pay(self, amount: int) -> None:
        if self.purse is not None:
            self.purse.take_in(amount)

    def keep(self, amount: int) -> None:
        """Says how much of the body is stored, whether the request succeeds or not."""
        if self.purse is not None:
            self.purse.kept = amount

    def _too_large(self) -> TooLarge:
        return TooLarge(f"one upload may have at most {self.most} bytes")

    def digests(self) -> Any:
        """The digests of the algorithms asked for, by hashlib's name."""
        return self._hashing.finish() if self._hashing else {}


def _length(request: Any) -> int | None:
    length: int | None = request.content_length
    if length is None and "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        raise HTTPLengthRequired("say how long the body is: Content-Length, or chunked encoding")
    return length


def _check_plain(request: Any) -> None:
    """Refuses bodies that are not simply the bytes meant (RFC 9110, 8.4 and 14.5)."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise HTTPUnsupportedMediaType("send the bytes as they are, without Content-Encoding")
    if "Content-Range" in request.headers:
        raise BadInput("parts of a file come by tus at <folder>/-/uploads, not by Content-Range")
