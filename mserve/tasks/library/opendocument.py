"""OpenDocument: the words of ODT, ODS and ODP files (ISO/IEC 26300)."""

from collections.abc import Iterator

from mserve.tasks.library.markup import START, TEXT, Event, Inside
from mserve.tasks.library.package import Package

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
PARAGRAPHS = frozenset({"p", "h"})
CELLS = frozenset({"table-cell", "covered-table-cell"})
NOT_READ = frozenset({"tracked-changes"})  # what was deleted
ENDS = {**dict.fromkeys(CELLS, "\t"), "table-row": "\n"}
SPACES = 100  # of one element, which may say any number


def read_opendocument(package: Package) -> Iterator[str]:
    """Paragraphs as lines, cells of tables with tabs between."""
    inside = Inside(NOT_READ, PARAGRAPHS, CELLS)
    for event in package.events(CONTENT):
        silent, reading, cells = inside.take(event)
        if not silent:
            yield _said(event, reading, cells)


def is_encrypted(package: Package) -> bool:
    """Whether its manifest says how the content is encrypted."""
    if MANIFEST not in package.names:
        return False
    return any(event.name.local == "encryption-data" for event in package.events(MANIFEST))


def _said(event: Event, reading: int, cells: int) -> str:
    local = event.name.local
    if event.kind == TEXT:
        return event.text if reading else ""
    if event.kind == START:
        return _mark(event)
    if local in PARAGRAPHS:
        return " " if cells else "\n"
    return ENDS.get(local, "")


def _mark(event: Event) -> str:
    """What an element stands for: spaces, a tab or a new line."""
    local = event.name.local
    if local == "s":
        told = {name.local: value for name, value in event.attributes.items()}.get("c", "1")
        return " " * min(int(told) if told.isascii() and told.isdecimal() else 1, SPACES)
    return {"tab": "\t", "line-break": "\n"}.get(local, "")
