"""The front's log: reads of content that nginx has sent come into the tree, by the bytes that left.

nginx logs a line for each read that mserve has named (tasks/read_names.py), when it has ended. How
much of a file is counted is stored in the transaction that counts it, as of parcels
(resources/tellers.py): so each line counts once, whoever is killed. A file is known by the first
name in it, which no other file begins with: so rotation may rename it, or copy and truncate it.
"""

import json
import logging
import os
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from mserve import database
from mserve.folding import count
from mserve.resources import clock
from mserve.resources.period import HOUR_LONG
from mserve.resources.tellers import KEPT, Told
from mserve.seal import Seal
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.read_names import ReadNames
from mserve.tasks.reads import PARTS, Place, Read

log = logging.getLogger(__name__)

HEAD = 1 << 16  # bytes in which a file has its first read, or is none of reads
MOST = 1 << 20  # bytes that are counted in one transaction
PACKED = (".gz", ".bz2", ".xz", ".zst")  # what rotation has packed was counted before
SENT = (200, 206)
WRONG = (ValueError, TypeError, KeyError, OverflowError, RecursionError)
A_SECOND = 1000 * PARTS


class Line(NamedTuple):
    """A read as the log has it; moment: when it ended (µs)."""

    place: Place
    moment: int
    read: Read


class Counted(NamedTuple):
    """What became of a piece of a log: bytes that were looked at, lines that tell of no read."""

    size: int
    wrong: int


class FrontLog:
    """The chore of one scheduler; what is amiss with a file it tells once."""

    def __init__(self) -> None:
        self._told: set[tuple[Path, str]] = set()

    def count(self, db: Any, settings: Settings, queues: Queues) -> None:
        """Has the tree know of all reads that the front has logged."""
        path = settings.usage.front_log
        if path is None:
            return
        names, found = ReadNames(Seal.of(settings.data)), files(path)
        if not found:
            self._tell(path, "there is no such file: reads that the front makes do not count yet")
        for file in found:
            try:
                self._count(db, file, names)
            except FileNotFoundError:
                log.debug("%s was moved meanwhile", file)
            except OSError as fault:
                self._tell(file, f"its reads do not count: {fault.strerror}")

    def _count(self, db: Any, file: Path, names: ReadNames) -> None:
        more = True
        while more:
            found = database.run(db, partial(count_some, file, names))
            if found is None:
                self._tell(file, "it begins with no read that this site has named; it is left out")
            elif found.wrong:
                log.warning("%s: %d lines tell of no read; they are left out", file, found.wrong)
            more = found is not None and found.size > 0

    def _tell(self, file: Path, what: str) -> None:
        if (file, what) not in self._told:
            self._told.add((file, what))
            log.warning("%s: %s", file, what)


def files(path: Path) -> list[Path]:
    """The log and what rotation has made of it, `<path>.1` or `<path>-20261127`."""
    return sorted(
        each
        for each in path.parent.glob(f"{path.name}*")
        if each.suffix not in PACKED and each.is_file()
    )


def count_some(path: Path, names: ReadNames, site: Any) -> Counted | None:
    """Counts the next lines of the file; None where it is no log of reads."""
    with path.open("rb") as file:
        head = os.pread(file.fileno(), HEAD, 0)
        teller = _first_name(head, names)
        if teller is None:
            return None if b"\n" in head else Counted(0, 0)
        start = site.tellers.last(teller)
        block = _whole_lines(os.pread(file.fileno(), MOST, start))
        if not block or not os.pread(file.fileno(), HEAD, 0).startswith(head):
            return Counted(0, 0)  # no more, or truncated meanwhile: another file by now
    found, wrong = _lines(block, names)
    site.tellers.hear(Told(teller, start + len(block), clock.now()))
    _count(site, found)
    return Counted(len(block), wrong)


def _count(site: Any, lines: list[Line]) -> None:
    groups: dict[tuple[Place, int], list[Read]] = defaultdict(list)
    for place, moment, read in lines:
        if moment >= clock.now() - KEPT:  # an older file may be forgotten
            groups[place, moment // HOUR_LONG].append(read)
    count(site, groups)


def _first_name(head: bytes, names: ReadNames) -> str | None:
    """The first name in the file, that it is known by."""
    for text in _whole_lines(head).splitlines():
        try:
            name = json.loads(text)["read"]
            names.read(name)
            return f"front {name[:40]}"
        except WRONG:
            continue
    return None


def _whole_lines(block: bytes) -> bytes:
    """Without the last line, if its end is still to come; all where there is no end of a line."""
    end = block.rfind(b"\n") + 1
    return block[:end] if end or len(block) < MOST else block


def _lines(block: bytes, names: ReadNames) -> tuple[list[Line], int]:
    """The reads, and how many lines are none."""
    found: list[Line] = []
    wrong = 0
    for text in block.splitlines():
        try:
            found += _reads(json.loads(text), names)
        except WRONG:
            wrong += 1
    return found, wrong


def _reads(told: Any, names: ReadNames) -> Iterator[Line]:
    """That of a line, if any bytes of content were sent. Raises WRONG."""
    place, first = names.read(told["read"])
    status, sent, cut = int(told["status"]), int(told["sent"]), told["whole"] != "OK"
    moment = int(float(told["ended"]) * clock.SECOND)
    last = max(first, int(float(told["seconds"]) * A_SECOND))
    if sent < 0 or moment > clock.now() + HOUR_LONG:
        raise ValueError("no read is like this")
    if status in SENT and sent:
        yield Line(place, moment, Read(sent, cut, first, last))
