"""Check: whether all that the tree says is so, and with `repair` what can be made so.

Reads one snapshot of the tree in a transaction of its own. Content that is gone cannot be made;
what nobody refers to, wrong sums and stale index entries can be mended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mserve import database
from mserve.check import accounts, audit, clockwork, content, copies, files, index, usage
from mserve.check.finding import Finding
from mserve.vault import ARCHIVE, Vault

__all__ = ["Finding", "Scope", "check"]


@dataclass(frozen=True)
class Scope:
    """What to do: `digests` reads every byte again; files are orphans from `age` seconds on.

    With `copies` those in `vaults` are looked at, beside those that are the only ones.
    """

    repair: bool = False
    digests: bool = False
    age: float = 3600.0
    copies: bool = False
    vaults: Mapping[str, Vault] = field(default_factory=dict)


def check(db: Any, scope: Scope) -> Iterator[Finding]:
    """Everything that is amiss, as it is found; with `repair` mended where that is possible."""
    archive = scope.vaults.get(ARCHIVE)
    yield from database.run(db, lambda site: list(content.check(site, scope.digests, archive)))
    if scope.copies:
        for vault in scope.vaults.values():
            yield from copies.check(db, vault, scope.digests, scope.age, scope.repair)
    yield from database.run(db, lambda site: list(index.check(site, scope.repair)))
    yield from database.run(db, lambda site: list(clockwork.check(site, scope.repair)))
    yield from database.run(db, lambda site: list(usage.check(site, scope.repair)))
    yield from database.run(db, lambda site: list(accounts.check(site, scope.repair)))
    yield from database.run(db, lambda site: list(audit.check(site, scope.repair)))
    yield from files.check(db, scope.age, scope.repair)
