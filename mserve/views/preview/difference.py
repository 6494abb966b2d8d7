"""The difference of two texts, line by line, in hunks with some lines around each."""

import time
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from typing import NamedTuple

MOST = 256 << 10  # bytes of either text
AROUND = 3  # lines that are the same
SECONDS = 0.5
KEPT, GONE, ADDED = "kept", "gone", "added"


class TooDifferent(Exception):
    """It would take too long to tell what of the texts is the same."""


class Line(NamedTuple):
    """`old`, `new`: its number in either text, from 1; None where it is not in it."""

    kind: str
    old: int | None
    new: int | None
    text: str


class _Timed(SequenceMatcher[str]):
    """What takes time is many looks for the longest match."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.end = time.monotonic() + SECONDS
        super().__init__(None, old, new)

    def find_longest_match(self, *args: int, **kw: int) -> Match:  # type: ignore[override]  # any
        if time.monotonic() > self.end:
            raise TooDifferent
        return super().find_longest_match(*args, **kw)


def hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[list[Line]]:
    """Raises TooDifferent."""
    for group in _Timed(old, new).get_grouped_opcodes(AROUND):
        yield [line for step in group for line in _lines(old, new, *step)]


def header(hunk: Sequence[Line]) -> str:
    """Which lines of either text a hunk is of, as `diff -u` has it: `@@ -3,7 +3,8 @@`."""
    old = _range([line.old for line in hunk if line.old is not None])
    new = _range([line.new for line in hunk if line.new is not None])
    return f"@@ -{old} +{new} @@"


def _range(numbers: Sequence[int]) -> str:
    """None can only be of an empty text, as lines that are the same are around all others."""
    if len(numbers) == 1:
        return str(numbers[0])
    return f"{numbers[0]},{len(numbers)}" if numbers else "0,0"


def _lines(
    old: Sequence[str], new: Sequence[str], tag: str, i1: int, i2: int, j1: int, j2: int
) -> Iterator[Line]:
    if tag == "equal":
        for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
            yield Line(KEPT, i + 1, j + 1, old[i])
        return
    for i in range(i1, i2):
        yield Line(GONE, i + 1, None, old[i])
    for j in range(j1, j2):
        yield Line(ADDED, None, j + 1, new[j])
