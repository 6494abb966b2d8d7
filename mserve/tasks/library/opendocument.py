"""OpenDocument: the words of ODT, ODS and ODP files (ISO/IEC 26300)."""

from collections.abc import Iterator

from mserve.tasks.library.markup import END, START, TEXT, Event
from mserve.tasks.library.package import Package

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
PARAGRAPHS = frozenset({"p", "h"})
CELLS = frozenset({"table-cell", "covered-table-cell"})
NOT_READ = frozenset({"tracked-changes"})  # what was deleted
SPACES = 100  # of one element, which may say any number


def read_opendocument(package: Package) -> Iterator[str]:
    """Paragraphs as lines, cells of tables with tabs between."""
    silent = reading = cells = 0
    for event in package.events(CONTENT):
        local = event.name.local
        step = {START: 1, END: -1}.get(event.kind, 0)
        silent += step if local in NOT_READ else 0
        reading += step if local in PARAGRAPHS else 0
        cells += step if local in CELLS else 0
        if silent:
            continue
        if event.kind == TEXT:
            yield event.text if reading else ""
        elif event.kind == START:
            yield _mark(event)
        elif local in PARAGRAPHS:
            yield " " if cells else "\n"
        elif local in CELLS:
            yield "\t"
        elif local == "table-row":
            yield "\n"


def is_encrypted(package: Package) -> bool:
    """Whether its manifest says how the content is encrypted."""
    if MANIFEST not in package.names:
        return False
    return any(event.name.local == "encryption-data" for event in package.events(MANIFEST))


def _mark(event: Event) -> str:
    """What an element stands for: spaces, a tab or a new line."""
    local = event.name.local
    if local == "s":
        told = {name.local: value for name, value in event.attributes.items()}.get("c", "1")
        return " " * min(int(told) if told.isascii() and told.isdecimal() else 1, SPACES)
    return {"tab": "\t", "line-break": "\n"}.get(local, "")
