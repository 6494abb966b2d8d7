"""Usage: what was consumed, per metric, summed exactly and without conflicts between writers.

Every node has the figures of what it and all below it have used, changed in the transaction of
what is reported; the journal (journal.py) gets the same, with who pays and what it was about.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from persistent import Persistent

from mserve.resources import clock, figure
from mserve.resources.asker import Payer, who_asks
from mserve.resources.crossing import note_node, note_payer
from mserve.resources.entry import Entry, Reports, Tags, accounts_of
from mserve.resources.figure import NOTHING, Figure, Figures, in_all, packed, plus, unpacked
from mserve.resources.journal import Parcel
from mserve.resources.limits import Begun, Limited, check, found_crossed, merged, turned
from mserve.resources.mark import UNKNOWN, Mark, paid
from mserve.resources.metrics import DISC, DISC_SPACE, FILE, short

__all__ = ["Figure", "Usage"]  # trees find Figure here


class Usage(Persistent):  # type: ignore[misc]  # persistent has no types
    """The figures of one node and all below it; concurrent changes are added by the storage."""

    _sums: Mapping[str, Figure] = {}
    _v_more: Sequence[Figures] = ()
    """What the transaction adds to the sums: it is added up once, as the figures are looked at."""
    limits: Mapping[str, int] = {}
    """The most that there may be (resources/quota.py), by metric."""
    soft: Mapping[str, int] = {}
    """What is warned of beyond it."""
    begun: Mapping[str, Begun] = {}
    """Of what is limited by the month, what there was as it began (resources/limits.py)."""
    uncounted: tuple[str, ...] = ()
    """The kinds of bytes kept (metrics.CLASSES) that the limit of these does not count."""

    def __getstate__(self) -> dict[str, Any]:
        figures, state = self.figures, dict(super().__getstate__() or {})
        state.pop("_sums", None)
        return stored_state({**state, "figures": figures})

    def __setstate__(self, state: dict[str, Any]) -> None:
        found = read_state(state)
        super().__setstate__({"_sums": found.pop("figures"), **found})

    @property
    def figures(self) -> Mapping[str, Figure]:
        """By metric."""
        if self._v_more:
            self._sums, self._v_more = plus(self._sums, in_all(self._v_more)), ()
        return self._sums

    @figures.setter
    def figures(self, figures: Mapping[str, Figure]) -> None:
        self._sums, self._v_more = figures, ()

    def get(self, metric: str) -> Figure:
        return self.figures.get(metric, NOTHING)

    def touch(self) -> None:
        """Has it written anew: what is told of it is not what it was, though the sums are."""
        self._p_changed = True

    def change(self, changes: Figures, moment: int) -> list[str]:
        """Adds to the figures what is reported at `moment` (µs).

        Returns the metrics of which a soft limit is exceeded by that.
        """
        was = Limited.of(self) if self.begun or self.soft else None
        if was and self.begun:
            self.begun = turned(was, changes, moment)
        self._v_more, self._p_changed = (*self._v_more, changes), True
        return [*found_crossed(was, Limited.of(self))] if was and self.soft else []

    def set_limit(self, metric: str, most: int | None, soft: bool = False) -> None:
        """There may be `most` of the metric at most; None: whatever it comes to."""
        known = self.soft if soft else self.limits
        others = {name: each for name, each in known.items() if name != metric}
        found = others if most is None else {**others, metric: most}
        if soft:
            self.soft = found
        else:
            self.limits = found

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        states = [*map(read_state, (old, saved, new))]
        made = added(*states)
        check(*map(Limited.stored, (*states, made)))
        return stored_state(made)


def stored_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a Usage as its record has it."""
    return {**state, "figures": packed(state.get("figures", {}))}


def read_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """What such a record says."""
    return {**state, "figures": unpacked(state.get("figures", {}))}


def added(
    old: Mapping[str, Any], saved: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, Any]:
    """The state of a Usage that was `old`, with what both `saved` and `new` made of it."""
    figures = figure.added(*(state.get("figures", {}) for state in (old, saved, new)))
    known, there, here = map(Limited.stored, (old, saved, new))
    made = merged(known, there, here, figures)
    return {**saved, **made._asdict()}


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
    if not nodes:
        return
    site = site or nodes[-1].site
    accounts = accounts_of([*(node.id for node in nodes), *payer])
    service = next((node.id for node in nodes if node.type == "service"), None)
    tags = tags if service is None else (*tags, ("service", service))
    file = nodes[0].type == "mfile"
    parcel = site.journal.note(Entry(moment, accounts, stored(changes), tags, file, shares))
    if shares:
        for node in nodes:
            node.usage.touch()
    else:
        change_all(nodes, payer, changes, moment, site, parcel)


def change_all(
    nodes: Sequence[Any], payer: Payer, changes: Figures, moment: int, site: Any, parcel: Parcel
) -> None:
    """Changes the figures of the nodes, and of those who pay, where these have quotas.

    parcel: that of the transaction.
    """
    if nodes[0].counted is nodes[0]:  # a file of which nothing was reported yet
        nodes[0].sheet = parcel.sheet()
    for node in nodes:
        if crossed := node.usage.change(changes, moment):
            note_node(node, crossed)
    for id in payer:
        if (usage := site.payers.get(id)) and (crossed := usage.change(changes, moment)):
            note_payer(site, id, usage, crossed)


def stored(changes: Figures) -> Reports:
    """As entries have it."""
    return tuple((short(metric), tuple(each)) for metric, each in changes.items())
