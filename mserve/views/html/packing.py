"""Packing (gzip, RFC 1952): pages and static files are sent small to who says they can read it.

Pages to a browser that has a cookie of ours are not: they hold tokens derived from it, and who has
somebody open a page with words of their own in it could guess a token by how short the page gets
(BREACH). What a key in the path opens, nobody can have opened who has not got the key.
"""

import zlib
from typing import Any

from pyramid.response import Response

from mserve.sessions import cookie

GZIP = 31  # zlib's window bits: the largest window, with gzip's header
LEAST = 1024  # bytes; less fits into a packet as it is
QUICK, SMALL = 4, 9  # for what is made anew each time, and for what is packed once


def taken(request: Any) -> bool:
    """Whether the client says that it can read gzip."""
    accepted = request.accept_encoding
    return "Accept-Encoding" in request.headers and bool(accepted.acceptable_offers(["gzip"]))


def packed(body: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, wbits=GZIP)
    return packer.compress(body) + packer.flush()


def pack(request: Any, response: Response) -> None:
    """Packs the page, where that is safe and worth it."""
    if bound_to_cookie(request) or not taken(request):
        return
    if response.content_encoding is None and len(response.body) >= LEAST:
        response.body = packed(response.body, QUICK)
        response.content_encoding = "gzip"


def bound_to_cookie(request: Any) -> bool:
    """Whether the page is for who has a cookie of ours, or gets one with it."""
    return cookie.secret(request) is not None or "mserve_new_cookie" in request.__dict__
