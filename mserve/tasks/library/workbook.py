"""Workbook: the cells of an XLSX file (ISO/IEC 29500-1, section 18), row by row."""

from collections.abc import Iterator

from mserve.errors import TaskError
from mserve.tasks.library.markup import END, START, TEXT, Event
from mserve.tasks.library.office import related
from mserve.tasks.library.package import Package
from mserve.tasks.library.relations import relations

SHARED = 32 << 20  # characters of the texts that cells share
SHEET, TEXTS = "/worksheet", "/sharedStrings"
READING = "rPh"  # how a text is spoken: said in the text already


def read_workbook(package: Package, part: str) -> Iterator[str]:
    """The name of each sheet and its cells, with tabs between; `part` is the main part.

    Numbers and dates come as they are stored, formulas as their last result.
    """
    known = relations(package, part)
    shared = _shared(package, [target for kind, target in known.values() if kind.endswith(TEXTS)])
    for event in package.events(part):
        if event.kind == START and event.name.local == "sheet":
            told = {name.local: value for name, value in event.attributes.items()}
            kind, target = known.get(related(event), ("", ""))
            if kind.endswith(SHEET) and target in package.names:
                yield told.get("name", "") + "\n"
                yield from _rows(package.events(target), shared)
                yield "\n"


def _shared(package: Package, parts: list[str]) -> list[str]:
    """The texts that cells refer to by their number; raises TaskError where they are too many."""
    found: list[str] = []
    characters = 0
    for text in _items(package, parts):
        characters += len(text) + 50  # what an empty one takes
        if characters > SHARED:
            raise TaskError(f"the workbook's texts have more than {SHARED} characters")
        found.append(text)
    return found


def _items(package: Package, parts: list[str]) -> Iterator[str]:
    for part in parts:
        gathered: list[str] = []
        open_: list[str] = []
        for event in package.events(part):
            if event.kind == START:
                open_.append(event.name.local)
            elif event.kind == TEXT and open_[-1:] == ["t"] and READING not in open_:
                gathered.append(event.text)
            elif event.kind == END and open_.pop() == "si":
                yield "".join(gathered)
                gathered.clear()


def _rows(events: Iterator[Event], shared: list[str]) -> Iterator[str]:
    kind, cell, reading = "", "", False
    for event in events:
        local = event.name.local
        if event.kind == START and local == "c":
            told = {name.local: value for name, value in event.attributes.items()}
            kind, cell = told.get("t", ""), ""
        elif event.kind == TEXT and reading:
            cell += event.text
        elif local in ("v", "t"):
            reading = event.kind == START
        elif event.kind == END and local == "c":
            yield _shown(kind, cell, shared) + "\t"
        elif event.kind == END and local == "row":
            yield "\n"


def _shown(kind: str, cell: str, shared: list[str]) -> str:
    """What a cell of a kind says: s is the number of a shared text, b true or false."""
    if kind == "s":
        number = int(cell) if cell.isascii() and cell.isdecimal() and len(cell) < 10 else -1
        return shared[number] if 0 <= number < len(shared) else ""
    return {"0": "FALSE", "1": "TRUE"}.get(cell, cell) if kind == "b" else cell
