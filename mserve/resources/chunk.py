"""Chunk: a part of a file that is on its way in, as a file in its upload's folder tells of it."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from mserve.errors import BadContent, BadInput, Conflict

OWN = ".own"
MOST = 10_000  # chunks of one upload
NAME = re.compile(r"(\d{1,19})(?:-(\d{1,19}))?", re.ASCII)
LYING = re.compile(r"(?P<name>[\d-]+)\.(?:own|(?P<offset>\d+)\.(?P<size>\d+))", re.ASCII)


@dataclass(frozen=True, order=True)
class Chunk:
    """`start` is its number, or, if `ranged`, the place of its first byte in the file.

    `offset` is where it lies in the base; None: it has a file of its own. `changed` in µs.
    """

    start: int
    name: str
    ranged: bool
    size: int
    offset: int | None
    changed: int

    @classmethod
    def told(cls, entry: os.DirEntry[str]) -> "Chunk | None":
        """That of which a file in the folder tells, if it is one and still there."""
        found = LYING.fullmatch(entry.name)
        if found is None:
            return None
        try:
            stat = entry.stat()
        except FileNotFoundError:
            return None
        start, ranged = placed(found["name"])
        inside = found["offset"] is not None
        size, offset = (
            (int(found["size"]), int(found["offset"])) if inside else (stat.st_size, None)
        )
        return cls(start, found["name"], ranged, size, offset, stat.st_mtime_ns // 1000)


def placed(name: str) -> tuple[int, bool]:
    """Where a chunk of that name belongs: its number, or first byte; and which. Raises BadInput."""
    found = NAME.fullmatch(name)
    start, end = found.groups() if found else ("", None)
    if not start or (end is None and int(start) > MOST) or (end and int(end) < int(start)):
        raise BadInput(
            f"a chunk is called by its number, 1 to {MOST}, or by its first and last byte, as "
            "000000000000000-000000010485759"
        )
    return int(start), end is not None


def mark_of(name: str, offset: int, size: int) -> str:
    """What the empty file is called that tells where in the base the chunk lies."""
    return f"{name}.{offset}.{size}"


def follows(start: int, ranged: bool, last: Chunk | None, end: int) -> bool:
    """Whether a chunk comes right after those in the base, which have `end` bytes up to `last`."""
    if ranged:
        return start == end
    return start in (0, 1) if last is None else start == last.start + 1


def merged(told: Iterable[Chunk]) -> list[Chunk]:
    """In the order of the file; one of its own counts more than the same in the base."""
    found = [*told]
    own = {each.name: each for each in found if each.offset is None}
    return sorted({**{each.name: each for each in found}, **own}.values())


def check_whole(chunks: list[Chunk], total: int | None) -> None:
    """Raises Conflict where chunks are missing, BadContent where they are not `total` bytes."""
    if not chunks:
        raise Conflict("no chunk of this upload has come")
    size = sum(each.size for each in chunks)
    if total is not None and size != total:
        raise BadContent(
            f"OC-Total-Length announced {total} bytes, but the chunks that have come have {size}; "
            "they are kept"
        )
    if len({each.ranged for each in chunks}) > 1:
        raise Conflict("some chunks are called by numbers and some by bytes; send one kind")
    (_check_bytes if chunks[0].ranged else _check_numbers)(chunks, total)


def _check_bytes(chunks: list[Chunk], total: int | None) -> None:
    end = 0
    for each in chunks:
        if each.start != end:
            raise Conflict(
                f"the chunk {each.name} begins at {each.start}, the one before ends at {end}"
            )
        end += each.size


def _check_numbers(chunks: list[Chunk], total: int | None) -> None:
    """With a total that is right, numbers may be left out."""
    if total is None and chunks[0].start > 1:
        raise Conflict(f"the first chunk that has come is number {chunks[0].start}; send 1 first")
    for before, each in pairwise(chunks):
        if each.start == before.start:
            raise Conflict(f"chunk {each.start} has come as {before.name} and as {each.name}")
        if total is None and each.start != before.start + 1:
            raise Conflict(f"chunk {before.start + 1} is missing; OC-Total-Length was not said")
