"""Sheet: the figures of files that came in one transaction, in one object of the database.

There are many files, and most are reported on as they come and hardly ever after: an object for
the figures of each would cost more than all else that is metered. A folder, and what is above it,
has an object of its own (usage.py), and so has a file that came before there were sheets.
"""

from collections.abc import Mapping
from typing import Any

from persistent import Persistent

from mserve.resources.figure import NOTHING, Figure, Figures, added, fields, of_fields, plus
from mserve.resources.packing import pack, unpack

MOST = 8  # files
Lines = Mapping[str, Mapping[str, Figure]]
"""By the ids of the files."""


class Sheet(Persistent):  # type: ignore[misc]  # persistent has no types
    """Concurrent changes are added by the storage, as those of a Usage."""

    lines: Mapping[str, Mapping[str, Figure]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return stored_lines(self.lines)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({"lines": read_lines(state)})

    @property
    def full(self) -> bool:
        """Whether no more files are to get a line here."""
        return len(self.lines) >= MOST

    def change(self, id: str, changes: Figures) -> None:
        """Adds to the figures of a file."""
        self.lines = {**self.lines, id: plus(self.lines.get(id, {}), changes)}

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        return stored_lines(merged(*map(read_lines, (old, saved, new))))


def stored_lines(lines: Lines) -> dict[str, Any]:
    """The state of a Sheet as its record has it."""
    return {"lines": pack({id: fields(figures) for id, figures in lines.items()})}


def read_lines(state: Mapping[str, Any]) -> Lines:
    """What such a record says."""
    return {id: of_fields(stored) for id, stored in unpack(state.get("lines", {})).items()}


def merged(old: Lines, saved: Lines, new: Lines) -> Lines:
    """The lines that were `old`, with what both `saved` and `new` made of them."""
    return {id: added(*(each.get(id, {}) for each in (old, saved, new))) for id in {*saved, *new}}


class Line:
    """The figures of a file that are in a sheet, in the place of a Usage. A file has no limits."""

    limits: Mapping[str, int] = {}
    soft: Mapping[str, int] = {}

    def __init__(self, mfile: Any) -> None:
        self._mfile = mfile

    @property
    def figures(self) -> Mapping[str, Figure]:
        sheet = self._mfile.sheet
        return {} if sheet is None else sheet.lines.get(self._mfile.id, {})

    def get(self, metric: str) -> Figure:
        return self.figures.get(metric, NOTHING)

    def change(self, changes: Figures, moment: int) -> list[str]:
        """Adds to the figures; returns no metric, as none is limited."""
        self._mfile.sheet.change(self._mfile.id, changes)
        return []
