"""Office: the words of DOCX and PPTX files (ISO/IEC 29500-1), in the order of reading."""

from collections.abc import Iterator

from mserve.tasks.library.markup import START, TEXT, Event, Inside
from mserve.tasks.library.package import Package
from mserve.tasks.library.relations import relations

WORDS = frozenset({"t"})  # in WordprocessingML, DrawingML and formulas alike
MARKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
PARAGRAPH, CELLS = "p", frozenset({"tc"})
ENDS = {PARAGRAPH: "\n", "tc": "\t", "tr": "\n"}
NOT_READ = frozenset({"Fallback", "tabs", "rPh"})  # what is there twice; tab stops; readings
NOTES = ("/footnotes", "/endnotes")
SLIDE, REFERENCE = "/slide", "sldId"


def read_document(package: Package, part: str) -> Iterator[str]:
    """The words of a DOCX whose main part is `part`, then its notes."""
    yield from words(package.events(part))
    for kind, target in relations(package, part).values():
        if kind.endswith(NOTES) and target in package.names:
            yield "\n"
            yield from words(package.events(target))


def read_slides(package: Package, part: str) -> Iterator[str]:
    """The words of a PPTX whose main part is `part`, slide by slide as they are shown."""
    known = relations(package, part)
    for event in package.events(part):
        if event.kind == START and event.name.local == REFERENCE:
            kind, target = known.get(related(event), ("", ""))
            if kind.endswith(SLIDE) and target in package.names:
                yield from words(package.events(target))
                yield "\n"


def related(event: Event) -> str:
    """The id of the relation that an element refers to; its plain id is another matter."""
    found = [text for name, text in event.attributes.items() if name.local == "id" and name.space]
    return found[0] if found else ""


def words(events: Iterator[Event]) -> Iterator[str]:
    """The text of paragraphs as lines, of cells with tabs between."""
    inside = Inside(NOT_READ, WORDS, CELLS)
    for event in events:
        silent, reading, cells = inside.take(event)
        if not silent:
            yield _said(event, reading, cells)


def _said(event: Event, reading: int, cells: int) -> str:
    local = event.name.local
    if event.kind == TEXT:
        return event.text if reading else ""
    if event.kind == START:
        return MARKS.get(local, "")
    return " " if cells and local == PARAGRAPH else ENDS.get(local, "")
