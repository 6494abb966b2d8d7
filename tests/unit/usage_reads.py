"""Reads of content as a web process makes and tells them, and what a naive eye sees of each."""

from contextlib import closing
from itertools import chain
from types import SimpleNamespace
from typing import Any, NamedTuple

from mserve.resources import clock
from mserve.resources.period import HOUR_LONG
from mserve.resources.tellers import Told
from mserve.tasks.reads import FIELD, PARTS, Note, Place, Read, grouped, pack
from mserve.views.content.metered import Metered
from mserve.views.content.ranges import Span, coalesced
from mserve.views.content.window import Piece, Window, length

BETWEEN = b"\r\n--x\r\n"


class Seen(NamedTuple):
    """A read: ids of what it was of and what was above, who pays; bytes, whether it was cut short,
    milliseconds to the first byte, and the hour's beginning (µs).
    """

    nodes: frozenset[str]
    payer: tuple[str, ...]
    sent: int
    cut: bool
    first: float
    moment: int


class Web:
    """A web process. `seen` are its reads that are not counted yet."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.seen: list[Seen] = []
        self.told: list[dict[bytes, bytes]] = []

    def note(self, place: Place, read: Read) -> None:
        self.notes.append((place, clock.now(), read))

    def read(self, mfile: Any, content: Any, parts: list[tuple[int, int]], most: int) -> None:
        """A client asks for some parts of a file, none: the whole, and hangs up after `most` bytes
        of the answer.
        """
        payer = mfile.marks[mfile.version].payer
        request = SimpleNamespace(
            identity=SimpleNamespace(payer=payer), context=mfile, environ={},
            registry=SimpleNamespace(reads=self, read_names=None),
        )  # fmt: skip
        metered, pieces = Metered(request, mfile.mimetype), answer(content.size, parts)
        if pieces:
            take(Window(content.path, pieces, ended=metered.ended), most)
        else:
            metered.empty()
        of_content = [*chain(*([isinstance(each, Span)] * length(each) for each in pieces))]
        if most or not pieces:
            nodes = frozenset(node.id for node in mfile.lineage())
            first = self.notes[-1][2].first / PARTS
            moment = clock.now() // HOUR_LONG * HOUR_LONG
            cut, sent = most < len(of_content), sum(of_content[:most])
            self.seen.append(Seen(nodes, payer, sent, cut, first, moment))

    def parcels(self, again: bool) -> list[dict[bytes, bytes]]:
        """What Redis has: what is new, and, as it was told again, all that there ever was."""
        told = Told("web", len(self.told) + 1, clock.now())
        new = {FIELD.encode(): pack(told, grouped(self.notes)).encode()}
        former, self.notes, self.seen = self.told, [], []
        self.told = [*former, new]
        return [*former, new, *former] if again else [new]


def answer(size: int, parts: list[tuple[int, int]]) -> list[Piece]:
    """The whole, or ranges (a start and a length each) with lines between them."""
    spans = coalesced(
        [Span(first, min(first + some, size)) for first, some in parts if first < size]
    )
    if not size or not spans:
        return [Span(0, size)] if size else []
    between: list[list[Piece]] = [[BETWEEN, span] for span in spans]
    return [*spans] if len(spans) == 1 else [*chain(*between), BETWEEN]


def take(window: Window, most: int) -> None:
    with closing(window):
        while most and (block := window.read(most)):
            most -= len(block)
