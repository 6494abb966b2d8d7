"""Usage: what was consumed, per metric, summed exactly and without conflicts between writers.

Every node has the figures of what it and all below it have used, changed in the transaction of
what is reported; the journal (journal.py) gets the same, with who pays and what it was about.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from persistent import Persistent
from ZODB.POSException import ConflictError

from mserve.resources import clock
from mserve.resources.asker import Payer, who_asks
from mserve.resources.figure import NOTHING, Figure, Figures
from mserve.resources.journal import Entry, Reports, Tags, packed
from mserve.resources.mark import UNKNOWN, Mark, paid
from mserve.resources.metrics import DISC, DISC_SPACE, FILE, short

__all__ = ["Figure", "Usage"]  # trees find Figure here


class Usage(Persistent):  # type: ignore[misc]  # persistent has no types
    """The figures of one node and all below it; concurrent changes are added by the storage."""

    figures: Mapping[str, Figure] = {}
    limits: Mapping[str, int] = {}
    """The most that levels may be (resources/quota.py), by metric."""

    def get(self, metric: str) -> Figure:
        return self.figures.get(metric, NOTHING)

    def touch(self) -> None:
        """Has it written anew: what is told of it is not what it was, though the sums are."""
        self._p_changed = True

    def change(self, changes: Mapping[str, Figure]) -> None:
        """Adds to the figures, by metric."""
        changed = {metric: self.get(metric).plus(each) for metric, each in changes.items()}
        self.figures = {**self.figures, **changed}

    def set_limit(self, metric: str, most: int | None) -> None:
        """The level may be `most` at most; None: whatever it comes to."""
        others = {name: each for name, each in self.limits.items() if name != metric}
        self.limits = others if most is None else {**others, metric: most}

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        made = added(old, saved, new)
        for metric, most in made.get("limits", {}).items():
            if saved.get("figures", {}).get(metric, NOTHING).total < _total(made, metric) > most:
                raise ConflictError  # what there is room for alone is too much together
        return made


def _total(state: Mapping[str, Any], metric: str) -> float:
    figure: Figure = state["figures"].get(metric, NOTHING)
    return figure.total


def added(
    old: Mapping[str, Any], saved: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, Any]:
    """The state of a Usage that was `old`, with what both `saved` and `new` made of it."""
    was, theirs, ours = (state.get("figures", {}) for state in (old, saved, new))
    figures = {
        metric: theirs.get(metric, NOTHING).merged(
            was.get(metric, NOTHING), ours.get(metric, NOTHING)
        )
        for metric in {*theirs, *ours}
    }
    once, here, there = (state.get("limits", {}) for state in (old, new, saved))
    return {**saved, "figures": figures, "limits": there if here == once else here}


def report(
    nodes: Iterable[Any], metric: str, *amounts: float, payer: Payer | None = None, tags: Tags = ()
) -> None:
    """Reports `amounts` of a metric that adds up on each of `nodes`: a node and all above it.

    payer: whose usage it is; None: that of who asks now.
    """
    payer = who_asks().payer if payer is None else payer
    enter(nodes, {metric: Figure.of(*amounts)}, clock.now(), payer, (*paid(payer), *tags))


def keep(
    nodes: Iterable[Any], size: int, moment: int, files: int = 1, mark: Mark = UNKNOWN
) -> None:
    """`files` files of `size` bytes in all are kept from `moment` (µs) on; negative: no longer."""
    enter(nodes, kept(size, moment, files), moment, mark.payer, mark.tags)


def kept(size: int, moment: int, files: int) -> Figures:
    """By how much that changes each metric."""
    changes = {
        DISC: Figure.rated(size, moment, files, max(files, 0)),
        DISC_SPACE: Figure.of(size),
    }
    return changes | {FILE: Figure.of(files)} if files else changes


def enter(
    nodes: Iterable[Any],
    changes: Figures,
    moment: int,
    payer: Payer = (),
    tags: Tags = (),
    *,
    shares: bool = False,
    site: Any = None,
) -> None:
    """Changes at `moment` (µs) the figures of `nodes`, and the accounts of theirs and the payer's.

    nodes: the last is the highest of them; shares: it is only told otherwise what by the tags
    the sums are made of, which stay; site: where the nodes are, if in a trash.
    """
    nodes = list(nodes)
    for node in nodes:
        node.usage.touch() if shares else node.usage.change(changes)
    if nodes:
        accounts = packed([*(node.id for node in nodes), *payer])
        service = next((node.id for node in nodes if node.type == "service"), None)
        tags = tags if service is None else (*tags, ("service", service))
        file = nodes[0].type == "mfile"
        entry = Entry(moment, accounts, stored(changes), tags, file, shares)
        (site or nodes[-1].site).journal.note(entry)


def stored(changes: Figures) -> Reports:
    """As entries have it."""
    return tuple((short(metric), tuple(each)) for metric, each in changes.items())
