"""Whether the sums of what is kept are those of the tree, at every level."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from mserve.check.finding import Finding, path
from mserve.resources import clock, usage
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch


class Kept(NamedTuple):
    """Bytes kept, files in the tree, and files in the trash, below a node."""

    size: int = 0
    files: int = 0
    trashed: int = 0

    def plus(self, other: "Kept") -> "Kept":
        return Kept(*(mine + yours for mine, yours in zip(self, other, strict=True)))


def check(site: Any, repair: bool) -> Iterator[Finding]:
    """Each sum that is not what a walk over the tree comes to."""
    findings: list[Finding] = []
    _count(site, repair, findings)
    yield from findings


def _count(node: Any, repair: bool, findings: list[Finding]) -> Kept:
    """What is kept below `node`, by the tree; compares it with the sums on the way up."""
    kept = Kept()
    if isinstance(node, Mfile):
        versions = (version.content.size for version in (node.versions or {}).values())
        kept = Kept(node.content.size + sum(versions), 1)
    elif isinstance(node, Branch):
        for child in node.children.values():
            kept = kept.plus(_count(child, repair, findings))
    if node.type == "service":
        for trashed in node.all_trash():
            gone = _count(trashed.node, repair, findings)
            kept = kept.plus(Kept(gone.size, 0, gone.files))
    findings += _compare(node, kept, repair)
    return kept


def _compare(node: Any, kept: Kept, repair: bool) -> Iterator[Finding]:
    disc = node.usage.get(usage.DISC)
    sums = {
        usage.DISC_SPACE: (node.usage.get(usage.DISC_SPACE).total, kept.size),
        usage.FILE: (node.usage.get(usage.FILE).total, kept.files),
    }
    if (disc.rate, disc.running) != (kept.size, kept.files + kept.trashed):
        if repair:
            change, running = kept.size - disc.rate, kept.files + kept.trashed - disc.running
            usage.change_rate([node], usage.DISC, change, clock.now(), running=running)
        words = f"{usage.DISC} says {disc.rate} bytes of {disc.running} files; there are {kept}"
        yield Finding("usage", path(node), words, repair)
    for metric, (said, there) in sums.items():
        if said != there:
            if repair:
                usage.report([node], metric, there - said)
            yield Finding("usage", path(node), f"{metric} says {said}; there are {there}", repair)
