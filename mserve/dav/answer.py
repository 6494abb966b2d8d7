"""Answers of any length: what is long waits in a file for its client, not in memory.

All of it is written while the tree is at hand, so that it is of one moment, and no slow client
holds a connection to the tree, or a thread.
"""

import os
from collections.abc import Iterable, Iterator
from tempfile import NamedTemporaryFile
from typing import Any

from pyramid.response import Response

from mserve.dav.multistatus import error
from mserve.resources.spool import directory, room
from mserve.views.content import throttle

BLOCK = 1 << 16  # characters
WHOLE = 1 << 20  # bytes that are kept in memory
HEADERS = {"Content-Type": "application/xml; charset=utf-8", "Cache-Control": "no-store"}


def multistatus(request: Any, parts: Iterable[str]) -> Response:
    """207 with `parts`. Raises StorageFull where a long one finds no room."""
    made = blocks(parts)
    first, size = [], 0
    for block in made:
        first.append(block)
        size += len(block)
        if size > WHOLE:
            return _from_file(request, first, made)
    return request.answer(207, {**HEADERS, "Content-Length": str(size)}, first)


def blocks(parts: Iterable[str]) -> Iterator[bytes]:
    """`parts` in UTF-8, joined to blocks of about BLOCK."""
    waiting: list[str] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= BLOCK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


def _from_file(request: Any, first: list[bytes], rest: Iterator[bytes]) -> Response:
    """The file has no name any more when it is sent, and goes when it is closed."""
    with room(), NamedTemporaryFile(dir=directory(request.site), delete=False) as file:
        try:
            file.writelines(first)
            file.writelines(rest)
            size = file.tell()
            file.flush()
            body = throttle.body(request, file.name, throttle.whole(size), None)
        finally:
            os.unlink(file.name)
    return request.answer(207, {**HEADERS, "Content-Length": str(size)}, body)


def refused(request: Any, condition: str) -> Response:
    """403 with the condition of DAV: that does not hold (RFC 4918, 16)."""
    return request.answer(403, HEADERS, [error(condition)])
