"""Round: a workflow run over all files of a service or folder, as one batch with one progress."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from BTrees.IOBTree import IOBTree
from persistent import Persistent

from mserve.resources import clock
from mserve.resources.ids import new_id
from mserve.resources.index import BEGINNINGS, newest_first
from mserve.resources.loading import prefetch
from mserve.resources.metrics import FILE
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch
from mserve.resources.profile import Edition
from mserve.resources.ways import Way, ways

SHARDS = 16
KEPT = 100
"""Rounds of a service that are told of; the oldest that have ended make room."""


@dataclass(frozen=True)
class Errand:
    """What a round is for: jobs of a `workflow`, by a `trigger`, on the files of a `condition`.

    `queue` is where their tasks wait that name none themselves.
    """

    trigger: str
    workflow: str
    condition: str = ""
    queue: str | None = None


class Tally(Persistent):  # type: ignore[misc]  # persistent has no types
    """How many jobs have ended how; what several count at once is added by the storage."""

    counts: Mapping[str, int] = {}

    def add(self, outcome: str, number: int) -> None:
        self.counts = {**self.counts, outcome: self.counts.get(outcome, 0) + number}

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        was, theirs, ours = (state.get("counts", {}) for state in (old, saved, new))
        merged = {
            name: theirs.get(name, 0) + ours.get(name, 0) - was.get(name, 0)
            for name in {*theirs, *ours}
        }
        return {**saved, "counts": merged}


class Started(Persistent):  # type: ignore[misc]  # persistent has no types
    """The ids of the jobs that one page of files has started."""

    def __init__(self, ids: tuple[str, ...]) -> None:
        self.ids = ids


class Round(Persistent):  # type: ignore[misc]  # persistent has no types
    """Goes through the files in the order of their ways, a page in each transaction.

    Each page writes the round with `cursor`, the way to the last file, so of two that take the same
    page one wins. How its jobs end is counted beside it, in shards.
    """

    cursor: Way = ()
    looked_through = False
    """Whether there is no file left that it has not looked at."""
    looked_at = started = skipped = faults = 0
    error: str | None = None
    cancelled = False
    ended: int | None = None

    def __init__(self, top: Branch, errand: Errand, edition: Edition) -> None:
        self.created = clock.now()
        self.id = self.__name__ = newest_first(self.created, new_id())
        self.__parent__ = self.service = top.find("service")
        self.top = top
        self.errand = errand
        self.edition = edition
        self.files = int(top.usage.get(FILE).total)
        self.tallies = tuple(Tally() for _ in range(SHARDS))
        self.batches = IOBTree()

    @property
    def in_tree(self) -> bool:
        """Whether what it goes through is still there, and its service's."""
        return bool(self.top.in_tree and self.top.find("service") is self.service)

    def enter(self) -> None:
        """Begins; the oldest rounds that have ended make room."""
        rounds = self.service.rounds
        rounds[self.id] = self
        self.service.site.rounds[self.id] = self
        for name in [name for name, each in islice(rounds.items(), KEPT, None) if each.ended]:
            del rounds[name]

    def next_files(self, most: int) -> list[tuple[Way, Mfile]]:
        """The next files, after looking at up to `most` nodes; folders among them count as well.

        What came after the round began is not looked at: its own ingest has seen to it.
        """
        found = [*islice(ways(self.top, self.cursor), most)]
        self.looked_through = len(found) < most
        if found:
            self.cursor = found[-1][0]
        files = [(way, node) for way, node in found if isinstance(node, Mfile)]
        prefetch(mfile for _, mfile in files)
        prefetch(part for _, mfile in files for part in mfile.parts())
        return [(way, mfile) for way, mfile in files if mfile.created <= self.created]

    def note(self, started: list[str], skipped: int, faults: list[str]) -> None:
        """What came of a page of files."""
        self.looked_at += len(started) + skipped + len(faults)
        self.started += len(started)
        self.skipped += skipped
        self.faults += len(faults)
        self.error = self.error or next(iter(faults), None)
        if started:
            self.batches[len(self.batches)] = Started(tuple(started))

    def count(self, job: str, outcome: str, number: int = 1) -> None:
        """The job of that id has ended so; -1: it has not, as it is taken up again."""
        self.tallies[BEGINNINGS.get(job[-2:], 0) % SHARDS].add(outcome, number)

    def outcomes(self) -> dict[str, int]:
        """How many of its jobs have ended how."""
        prefetch(self.tallies)
        names = {name for each in self.tallies for name in each.counts}
        return {name: sum(each.counts.get(name, 0) for each in self.tallies) for name in names}

    @property
    def active(self) -> int:
        """How many of its jobs have not ended."""
        return self.started - sum(self.outcomes().values())

    @property
    def state(self) -> str:
        if self.cancelled:
            return "cancelled"
        return "running" if self.ended is None else "done"

    def job_ids(self) -> Iterator[str]:
        """All jobs that it has started, the newest first."""
        for number in reversed(self.batches.keys()):
            yield from self.batches[number].ids

    def close(self) -> None:
        """Nothing of it is left to be done."""
        self.ended = clock.now()
        self.service.site.rounds.discard(self.id)
