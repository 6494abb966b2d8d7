"""Whether the sums of what is kept are those of the tree, at every level."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from mserve.check.finding import Finding, path
from mserve.resources import clock, metrics, usage
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
    kept = Kept()
    if isinstance(node, Mfile):
        size, files = node.content.size, 1 if node.awaited is None else 0
        versions = sum(version.content.size for version in (node.versions or {}).values())
        copies = size if node.copied else 0
        kept = Kept(size + versions, files, versions=versions, copies=copies)
    elif isinstance(node, Branch):
        for child in node.children.values():
            kept = kept.plus(_count(site, child, repair, findings))
    if node.type == "service":
        for trashed in node.all_trash():
            gone = _count(site, trashed.node, repair, findings)
            kept = kept.plus(Kept(gone.size, 0, gone.files, trash=gone.size))
    findings += _compare(site, node, kept, repair)
    return kept


def _compare(site: Any, node: Any, kept: Kept, repair: bool) -> Iterator[Finding]:
    disc = node.usage.get(metrics.DISC)
    sums = {
        metrics.DISC_SPACE: (node.usage.get(metrics.DISC_SPACE).total, kept.size),
        metrics.FILE: (node.usage.get(metrics.FILE).total, kept.files),
        metrics.VERSIONS: (node.usage.get(metrics.VERSIONS).total, kept.versions),
        metrics.COPIES: (node.usage.get(metrics.COPIES).total, kept.copies),
        metrics.TRASH: (node.usage.get(metrics.TRASH).total, kept.trash),
    }
    if (disc.rate, disc.running) != (kept.size, kept.files + kept.trashed):
        if repair:
            change, running = kept.size - disc.rate, kept.files + kept.trashed - disc.running
            now = clock.now()
            mended = {metrics.DISC: Figure.rated(change, now, running, 0)}
            usage.enter([node], mended, now, site=site)
        words = f"{metrics.DISC} says {disc.rate} bytes of {disc.running} files; there are {kept}"
        yield Finding("usage", path(node), words, repair)
    for metric, (said, there) in sums.items():
        if said != there:
            if repair:
                amount = Figure.of(there - said)
                usage.enter([node], {metric: amount}, clock.now(), site=site)
            yield Finding("usage", path(node), f"{metric} says {said}; there are {there}", repair)
