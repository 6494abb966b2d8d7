"""What a sync has to do to make one tree like another: compared by size, then by SHA-256."""

from collections.abc import Callable
from dataclasses import dataclass

from mserve.client.tree import Names, Tree

Same = Callable[[Names], bool]


@dataclass(frozen=True)
class Plan:
    """Paths by what is to be done, in this order; `clashes` cannot be done without --delete."""

    clear: tuple[Names, ...]
    folders: tuple[Names, ...]
    files: tuple[Names, ...]
    remove: tuple[Names, ...]
    clashes: tuple[Names, ...]
    same: int


def compare(source: Tree, target: Tree, same: Same, *, delete: bool) -> Plan:
    """source, target: what is and what should become like it; same: of two files of one size."""
    clashes = {
        names
        for names, entry in source.items()
        if names in target and target[names].is_folder != entry.is_folder
    }
    below = {names for names in source if _is_below(names, clashes)}
    folders, files, kept = [], [], 0
    for names, entry in source.items():
        if not delete and (names in clashes or names in below):
            continue
        there = None if names in clashes else target.get(names)
        if entry.is_folder:
            folders += [names] if there is None else []
        elif there is not None and there.size == entry.size and same(names):
            kept += 1
        else:
            files.append(names)
    gone = {names for names in target if names not in source} if delete else set()
    remove = {names for names in gone if not _is_below(names, gone | clashes)}
    return Plan(
        tuple(sorted(clashes)) if delete else (),
        tuple(sorted(folders)),
        tuple(files),
        tuple(sorted(remove)),
        () if delete else tuple(sorted(clashes)),
        kept,
    )


def _is_below(names: Names, above: set[Names]) -> bool:
    return any(names[:n] in above for n in range(1, len(names)))
