"""Counts: what a process has counted, in numbers that stay when it is killed.

A record is a name with labels, as `requests|api.files.content|GET|2|express`, and so many numbers,
its *cells*. They are plain memory, or memory that is a file's (mserve/count_files.py), which costs
the same: nothing is written, the system does it, whatever becomes of the process. Names that begin
with NOW are of the moment, all others only grow.
"""

import logging
import struct
import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

log = logging.getLogger(__name__)

Cells = Any
"""Numbers (float) by their place: an array or a memoryview."""
Values = dict[str, list[float]]
"""The numbers of records by their names."""
NOW = "now|"
BETWEEN = "|"
MAGIC = b"mserve-counts-1\n"
HEAD = struct.Struct("<16sQ")  # MAGIC, and where the records end
RECORD = struct.Struct("<II")  # bytes of the name, and how many cells
CELL = 8  # bytes


def name_of(kind: str, *labels: str) -> str:
    """The name of a record."""
    return BETWEEN.join((kind, *labels))


class Counts:
    """Those of one process. `guard` is held while cells are changed.

    told: what of it was told elsewhere; `telling` is held while that is done.
    """

    def __init__(self) -> None:
        self.guard, self.telling = threading.Lock(), threading.Lock()
        self.told: Values = {}
        self._cells: dict[str, Cells] = {}
        self._room: memoryview | None = None
        self._end = HEAD.size

    def keep_in(self, room: Any) -> None:
        """From now on in `room`, the writable memory of a file, which is empty."""
        with self.guard:
            former, self._cells = self._cells, {}
            self._room = memoryview(room)
            HEAD.pack_into(self._room, 0, MAGIC, self._end)
            for name, cells in former.items():
                self._cells[name] = self._make(name, len(cells))
                self._cells[name][:] = array("d", cells)

    def cells(self, name: str, width: int) -> Cells:
        """The record's, made if it is a new one. To be asked for with `guard` held."""
        found = self._cells.get(name)
        if found is None:
            found = self._cells[name] = self._make(name, width)
        return found

    def _make(self, name: str, width: int) -> Cells:
        """In the file, while it has room."""
        words = name.encode()
        start = -(-(self._end + RECORD.size + len(words)) // CELL) * CELL
        end = start + width * CELL
        if self._room is None or end > len(self._room):
            if self._room is not None:
                log.warning("there is no room to count %s where others see it", name)
            return array("d", bytes(width * CELL))
        RECORD.pack_into(self._room, self._end, len(words), width)
        self._room[self._end + RECORD.size :][: len(words)] = words
        HEAD.pack_into(self._room, 0, MAGIC, end)
        self._end = end
        return self._room[start:end].cast("d")

    def add(self, name: str, amount: float = 1.0) -> None:
        """Adds to the one number of a record."""
        with self.guard:
            self.cells(name, 1)[0] += amount

    def set(self, name: str, value: float) -> None:
        with self.guard:
            self.cells(name, 1)[0] = value

    def observe(self, name: str, bounds: Sequence[float], value: float) -> None:
        """Counts a value: how many there were, their sum, and how many up to each bound."""
        with self.guard:
            cells = self.cells(name, 3 + len(bounds))
            cells[0] += 1
            cells[1] += value
            cells[2 + bisect_left(bounds, value)] += 1

    def values(self) -> Values:
        """All there is."""
        with self.guard:
            return {name: [*cells] for name, cells in self._cells.items()}


def read(room: bytes) -> Values:
    """What a process has kept in a file of these bytes. Raises ValueError where it is none."""
    if len(room) < HEAD.size or HEAD.unpack_from(room)[0] != MAGIC:
        raise ValueError("this is no file of counts")
    return dict(_records(room, HEAD.unpack_from(room)[1]))


def _records(room: bytes, end: int) -> Iterator[tuple[str, list[float]]]:
    place = HEAD.size
    while place < min(end, len(room)):
        size, width = RECORD.unpack_from(room, place)
        words = room[place + RECORD.size :][:size]
        start = -(-(place + RECORD.size + size) // CELL) * CELL
        place = start + width * CELL
        yield words.decode(), [*memoryview(room)[start:place].cast("d")]


def add_up(sums: Values, more: Values) -> None:
    """Adds `more` to the sums; a record of another width, as of another version, is left out."""
    for name, numbers in more.items():
        known = sums.setdefault(name, [0.0] * len(numbers))
        if len(known) == len(numbers):
            sums[name] = [one + other for one, other in zip(known, numbers, strict=True)]


COUNTS = Counts()
"""Those of this process."""
