"""Whether the sums of what is kept are those of the tree, at every level."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from mserve.check.finding import Finding, path, wrong
from mserve.resources import clock, metering, metrics
from mserve.resources.figure import Figure
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch


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
    findings: list[Finding] = []
    _count(site, site, repair, findings)
    yield from findings


def _count(site: Any, node: Any, repair: bool, findings: list[Finding]) -> Kept:
    """What is kept below `node`, by the tree; compares it with the sums on the way up."""
    kept = _of_file(node) if isinstance(node, Mfile) else Kept()
    if isinstance(node, Branch):
        for child in node.children.values():
            kept = kept.plus(_count(site, child, repair, findings))
    if node.type == "service":
        for trashed in node.all_trash():
            gone = _count(site, trashed.node, repair, findings)
            kept = kept.plus(Kept(gone.size, 0, gone.files, trash=gone.size))
    findings += _compare_bytes(site, node, kept, repair)
    findings += _compare_sums(site, node, kept, repair)
    return kept


def _of_file(node: Mfile) -> Kept:
    size, files = node.content.size, 1 if node.awaited is None else 0
    versions = sum(version.content.size for version in (node.versions or {}).values())
    copies = size if node.copied else 0
    return Kept(size + versions, files, versions=versions, copies=copies)


def _compare_bytes(site: Any, node: Any, kept: Kept, repair: bool) -> Iterator[Finding]:
    """What grows with time, of which the rate is compared."""
    disc, there = node.usage.get(metrics.DISC), kept.files + kept.trashed
    if (disc.rate, disc.running) != (kept.size, there):
        words = f"{metrics.DISC} says {disc.rate} bytes of {disc.running} files; there are {kept}"
        now = clock.now()
        change = Figure.rated(kept.size - disc.rate, now, there - disc.running, 0)
        yield _wrong(site, node, words, repair, metrics.DISC, change, now)


def _compare_sums(site: Any, node: Any, kept: Kept, repair: bool) -> Iterator[Finding]:
    for metric, there in _sums(kept).items():
        said = node.usage.get(metric).total
        if said != there:
            words, change = f"{metric} says {said}; there are {there}", Figure.of(there - said)
            yield _wrong(site, node, words, repair, metric, change, clock.now())


def _sums(kept: Kept) -> dict[str, int]:
    return {
        metrics.DISC_SPACE: kept.size,
        metrics.FILE: kept.files,
        metrics.VERSIONS: kept.versions,
        metrics.COPIES: kept.copies,
        metrics.TRASH: kept.trash,
    }


def _wrong(
    site: Any, node: Any, words: str, repair: bool, metric: str, change: Figure, now: int
) -> Finding:
    mend = partial(metering.enter, [node], {metric: change}, now, site=site)
    return wrong("usage", path(node), words, repair, mend)
