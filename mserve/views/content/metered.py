"""Metered: the read that a request makes of a node's content, told once it has ended.

Counted are the bytes of content that the kernel took. Where a front sends them, those that it logs
(mserve/front_log.py), or else those that it is asked to send. A read of which nothing was sent is
none, unless there is nothing to send.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from mserve.security import node_of
from mserve.tasks.read_names import HEADER, Named, can_name
from mserve.tasks.reads import PARTS, Place, Read
from mserve.views.content.window import Window

BEGAN = "mserve.began"
"""In the WSGI environ: when the request began, by time.monotonic()."""
A_SECOND = 1000 * PARTS


class Metered:
    """One read, of what the request leads to."""

    __slots__ = ("_began", "_names", "_place", "_reads")

    def __init__(self, request: Any, mimetype: str) -> None:
        identity, node, ids = request.identity, node_of(request.context), []
        while node is not None:  # Node.lineage(), for half the time
            ids.append(node.id)
            node = node.__parent__
        self._place = Place(tuple(ids), () if identity is None else identity.payer, mimetype)
        self._began: float = request.environ.get(BEGAN) or time.monotonic()
        self._reads = request.registry.reads
        self._names = request.registry.read_names

    def ended(self, window: Window) -> None:
        """The window is closed."""
        if window.begun is not None:
            cut = window.sent != window.size
            self._note(window.content_sent, cut, window.begun, time.monotonic())

    @property
    def can_be_handed_over(self) -> bool:
        """Whether a front that logs what it has sent can be told what it is of."""
        return self._names is None or can_name(self._place)

    def handed_over(self, size: int) -> dict[str, str]:
        """A front sends so many bytes. Returns fields of the answer to it."""
        if self._names is None:
            self._note(size, False, time.monotonic(), None)
            return {}
        return {HEADER: self._names.name(Named(self._place, self._since(time.monotonic())))}

    def empty(self) -> None:
        """There are no bytes to send."""
        now = time.monotonic()
        self._note(0, False, now, now)

    def blocks(self, blocks: Generator[bytes, None, None]) -> Iterator[bytes]:
        """`blocks`, each of which was sent when the next one is asked for."""
        begun, sent, cut = 0.0, 0, True
        try:
            with closing(blocks):
                for block in blocks:
                    begun = begun or time.monotonic()
                    yield block
                    sent += len(block)
            cut = False
        finally:
            if sent:
                self._note(sent, cut, begun, time.monotonic())

    def _note(self, sent: int, cut: bool, begun: float, last: float | None) -> None:
        whole = None if last is None else self._since(last)
        self._reads.note(self._place, Read(sent, cut, self._since(begun), whole))

    def _since(self, moment: float) -> int:
        return int((moment - self._began) * A_SECOND)
