"""Check: whether all that the tree says is so, and with `repair` what can be made so.

Reads one snapshot of the tree in a transaction of its own. Content that is gone cannot be made;
what nobody refers to, wrong sums and stale index entries can be mended.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mserve import database
from mserve.check import clockwork, content, files, index, usage
from mserve.check.finding import Finding

__all__ = ["Finding", "Scope", "check"]


@dataclass(frozen=True)
class Scope:
    """What to do: `digests` reads every byte again; files are orphans from `age` seconds on."""

    repair: bool = False
    digests: bool = False
    age: float = 3600.0


def check(db: Any, scope: Scope) -> Iterator[Finding]:
    """Everything that is amiss, as it is found; with `repair` mended where that is possible."""
    yield from database.run(db, lambda site: list(content.check(site, scope.digests)))
    yield from database.run(db, lambda site: list(index.check(site, scope.repair)))
    yield from database.run(db, lambda site: list(clockwork.check(site, scope.repair)))
    yield from database.run(db, lambda site: list(usage.check(site, scope.repair)))
    yield from files.check(db, scope.age, scope.repair)
