"""What a sync has to do to make one tree like another: compared by size, then by SHA-256."""

from collections.abc import Callable, Iterable
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
    wanted = source if delete else _without(clashes, source)
    there = {names: entry for names, entry in target.items() if names not in clashes}
    files = [names for names, entry in wanted.items() if not entry.is_folder]
    kept = {n for n in files if n in there and there[n].size == source[n].size and same(n)}
    return Plan(
        clear=_sorted(clashes) if delete else (),
        folders=_sorted(n for n, entry in wanted.items() if entry.is_folder and n not in there),
        files=tuple(names for names in files if names not in kept),
        remove=_sorted(_gone(source, target, clashes)) if delete else (),
        clashes=() if delete else _sorted(clashes),
        same=len(kept),
    )


def _without(clashes: set[Names], tree: Tree) -> Tree:
    """The tree but for them and all below them."""
    left = (names for names in tree if names not in clashes and not _is_below(names, clashes))
    return {names: tree[names] for names in left}


def _gone(source: Tree, target: Tree, clashes: set[Names]) -> set[Names]:
    """What the source has not, but for what goes with what it is in."""
    gone = {names for names in target if names not in source}
    return {names for names in gone if not _is_below(names, gone | clashes)}


def _sorted(many: Iterable[Names]) -> tuple[Names, ...]:
    return tuple(sorted(many))


def _is_below(names: Names, above: set[Names]) -> bool:
    return any(names[:n] in above for n in range(1, len(names)))
