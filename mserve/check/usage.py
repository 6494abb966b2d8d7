"""Whether the sums of what is kept are those of the tree, at every level."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from mserve.check.finding import Finding, path, wrong
from mserve.resources import clock, metering, metrics
from mserve.resources.entry import WIDTH, Entry
from mserve.resources.figure import Figure
from mserve.resources.file_usage import FileUsage
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch

Wrong = tuple[str, str, Figure]
"""A metric, what it says, and what would mend it."""


class Kept(NamedTuple):
    """Bytes kept, files in the tree, and files in the trash, below a node; and of the bytes those
    of each kind."""

    size: int = 0
    files: int = 0
    trashed: int = 0
    versions: int = 0
    copies: int = 0
    trash: int = 0

    def plus(self, other: "Kept") -> "Kept":
        return Kept(*(mine + yours for mine, yours in zip(self, other, strict=True)))


def check(site: Any, repair: bool) -> Iterator[Finding]:
    """Each sum that is not what a walk over the tree comes to."""
    counting = Counting(site, repair)
    counting.count(site)
    yield from counting.findings


class Counting:
    """A walk, and what it has found."""

    def __init__(self, site: Any, repair: bool) -> None:
        self.site, self.repair = site, repair
        self.findings: list[Finding] = []
        self._waiting: dict[str, list[Entry]] = defaultdict(list)
        for entry in site.journal.all_waiting():
            if entry.file:
                self._waiting[entry.accounts[:WIDTH].hex()].append(entry)

    def count(self, node: Any) -> Kept:
        """What is kept below `node`, by the tree; compares it with the sums on the way up."""
        kept = _of_file(node) if isinstance(node, Mfile) else Kept()
        if isinstance(node, Branch):
            for child in node.children.values():
                kept = kept.plus(self.count(child))
        if node.type == "service":
            for trashed in node.all_trash():
                gone = self.count(trashed.node)
                kept = kept.plus(Kept(gone.size, 0, gone.files, trash=gone.size))
        usage = self._usage(node)
        for what in (*_bytes(usage, kept), *_sums(usage, kept)):
            self.findings.append(self._wrong(node, *what))
        return kept

    def _usage(self, node: Any) -> Any:
        if isinstance(node, Mfile):
            return FileUsage(self.site, node.id, self._waiting.get(node.id, ()))
        return node.usage

    def _wrong(self, node: Any, metric: str, words: str, change: Figure) -> Finding:
        entered = [node], {metric: change}, clock.now()
        mend = partial(metering.enter, *entered, site=self.site)
        return wrong("usage", path(node), words, self.repair, mend)


def _of_file(node: Mfile) -> Kept:
    size, files = node.content.size, 1 if node.awaited is None else 0
    copies = size if node.copied else 0
    return Kept(node.size_kept, files, versions=node.size_kept - size, copies=copies)


def _bytes(usage: Any, kept: Kept) -> Iterator[Wrong]:
    """What grows with time, of which the rate is compared."""
    disc, there = usage.get(metrics.DISC), kept.files + kept.trashed
    if (disc.rate, disc.running) != (kept.size, there):
        words = f"{metrics.DISC} says {disc.rate} bytes of {disc.running} files; there are {kept}"
        change = Figure.rated(kept.size - disc.rate, clock.now(), there - disc.running, 0)
        yield metrics.DISC, words, change


def _sums(usage: Any, kept: Kept) -> Iterator[Wrong]:
    for metric, there in _by_metric(kept).items():
        said = usage.get(metric).total
        if said != there:
            yield metric, f"{metric} says {said}; there are {there}", Figure.of(there - said)


def _by_metric(kept: Kept) -> dict[str, int]:
    return {
        metrics.DISC_SPACE: kept.size,
        metrics.FILE: kept.files,
        metrics.VERSIONS: kept.versions,
        metrics.COPIES: kept.copies,
        metrics.TRASH: kept.trash,
    }
