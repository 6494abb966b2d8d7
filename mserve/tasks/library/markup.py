"""Markup: the events of an XML file from anyone, as they are read; nothing of it is ever expanded.

Entities are refused where they are declared, and nothing outside the file is asked for, so that a
document costs what its bytes cost.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from xml.parsers import expat

DEPTH = 1000  # elements within one another
START, END, TEXT = "start", "end", "text"


class MarkupError(ValueError):
    """What is no XML, or not of the plain kind."""


class Name(NamedTuple):
    """A name of an element or attribute: in which namespace (its URI), and how it is called."""

    space: str
    local: str


class Event(NamedTuple):
    """A START or END of an element, or TEXT between two."""

    kind: str
    name: Name
    attributes: Mapping[Name, str]
    text: str


NOTHING = Name("", "")


def read_events(blocks: Iterable[bytes]) -> Iterator[Event]:
    """The events of the XML document whose bytes `blocks` are; raises MarkupError."""
    collector = _Collector()
    try:
        for block in blocks:
            collector.parser.Parse(block, False)
            yield from collector.take()
        collector.parser.Parse(b"", True)
    except MarkupError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as fault:  # the last two of odd encodings
        raise MarkupError(f"no well-formed XML: {fault}") from fault
    yield from collector.take()


class _Collector:
    """Gathers what expat tells until it is taken."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.depth = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._refuse

    def take(self) -> list[Event]:
        taken, self.events = self.events, []
        return taken

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise MarkupError(f"more than {DEPTH} elements within one another")
        named = {_name(each): value for each, value in attributes.items()}
        self.events.append(Event(START, _name(name), named, ""))

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.events.append(Event(END, _name(name), {}, ""))

    def _text(self, text: str) -> None:
        self.events.append(Event(TEXT, NOTHING, {}, text))

    def _refuse(self, name: str, *_: object) -> None:
        raise MarkupError(f"the XML declares the entity {name:.40}, which is not allowed")


def _name(name: str) -> Name:
    space, _, local = name.rpartition(" ")
    return Name(space, local)


class Inside:
    """How deep a reader is in elements of some kinds, which are sets of local names."""

    def __init__(self, *kinds: frozenset[str]) -> None:
        self._depths = dict.fromkeys(kinds, 0)

    def take(self, event: Event) -> list[int]:
        """The depth in each kind, in their order, after the event."""
        step = {START: 1, END: -1}.get(event.kind, 0)
        for kind in self._depths:
            self._depths[kind] += step if event.name.local in kind else 0
        return list(self._depths.values())
