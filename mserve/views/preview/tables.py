"""Tables: the first rows of a text in CSV, whatever its fields are parted by."""

import csv
from itertools import islice
from typing import NamedTuple

from mserve.views.preview.texts import Text

ROWS, COLUMNS, WIDTH = 200, 40, 300  # that are shown; characters of a field
PARTS = ",;\t|"
SAMPLE = 20  # lines by which it is told what parts fields


class Table(NamedTuple):
    """`whole`: whether all is shown."""

    head: list[str]
    rows: list[list[str]]
    whole: bool


def table(text: Text) -> Table | None:
    """The table that the text is; None where it is none."""
    lines = (f"{line}\n" for line in text.lines)
    reader = csv.reader(lines, delimiter=_delimiter(text.lines))
    try:
        found = [*islice(filter(None, reader), ROWS + 2)]  # one more than is shown, if there is one
    except csv.Error:
        return None
    width = max(map(len, found), default=0)
    if width < 2:
        return None
    head, *rows = [_fitted(row, min(width, COLUMNS)) for row in found[: ROWS + 1]]
    return Table(head, rows, text.whole and len(found) <= ROWS + 1 and width <= COLUMNS)


def _delimiter(lines: list[str]) -> str:
    """The sign that stands as often in each of the first lines as in the others, or most often."""
    counts = {part: [line.count(part) for line in lines[:SAMPLE] if line] for part in PARTS}
    return max(PARTS, key=lambda part: (min(counts[part], default=0), sum(counts[part])))


def _fitted(row: list[str], width: int) -> list[str]:
    cells = [cell if len(cell) <= WIDTH else f"{cell[:WIDTH]}…" for cell in row[:width]]
    return cells + [""] * (width - len(cells))
