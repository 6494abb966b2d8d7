"""Metering: what is reported changes the figures of a node and of all above it (usage.py).

In the same transaction the journal (journal.py) gets the same, with who pays and what it was about.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ZODB.utils import z64

from mserve.resources import clock
from mserve.resources import lane as lanes
from mserve.resources.additions import Additions
from mserve.resources.asker import Payer, who_asks
from mserve.resources.crossing import note_node, note_payer
from mserve.resources.draft import Draft, Whose
from mserve.resources.entry import Entry, Reports, Tags, accounts_of
from mserve.resources.figure import Figure, Figures
from mserve.resources.lane import Lane
from mserve.resources.mark import UNKNOWN, Mark, paid
from mserve.resources.metrics import DISC, DISC_SPACE, FILE, short
from mserve.resources.pouring import pour
from mserve.resources.totals import LANED, SHARED


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
    service = next((node for node in nodes if node.type == "service"), None)
    if service is not None:
        site.trace(service)
        tags = (*tags, ("service", service.id))
    file = nodes[0].type == "mfile"
    entry = Entry(moment, accounts, stored(changes), tags, file, shares)
    draft = site.journal.note(entry, new=file and nodes[0]._p_serial == z64)
    limited = () if shares else tuple(id for id in payer if id in site.payers)
    whose = entry.above, limited
    changes = {} if shares else changes
    if not draft.adds(whose, changes):
        change_all(nodes[1:] if file else nodes, whose, changes, moment, site, draft)


def change_all(
    nodes: Sequence[Any], whose: Whose, changes: Figures, moment: int, site: Any, draft: Draft
) -> None:
    """Changes the figures of the nodes, and of those who pay and have quotas.

    draft: that of the transaction; no changes: what is told of the nodes is another, though their
    figures are not.
    """
    additions = Additions(changes)
    ids, beside = _beside_lane(nodes, draft.lane)
    if ids and draft.lane is not None:
        draft.lane.add(ids, additions)
    for node in beside:
        if crossed := node.counted.change(additions, moment):
            note_node(node, crossed)
    for id in whose[1]:
        if crossed := site.payers[id].change(additions, moment):
            note_payer(site, id, site.payers[id], crossed)
    draft.remember(whose, ids, additions)


def _beside_lane(nodes: Sequence[Any], lane: Lane | None) -> tuple[bytes, Sequence[Any]]:
    """The ids of those of the nodes to whose sums the lane may add, and the others."""
    if lane is None or not nodes or nodes[-1].type != "site":  # in a trash nothing is left to lanes
        return b"", nodes
    for kinds, most in ((LANED, lanes.MOST), (SHARED, 2 * lanes.MOST)):
        shared: list[Any] = []
        beside: list[Any] = []
        for node in nodes:
            (shared if node.type in kinds and not node.limited else beside).append(node)
        ids = accounts_of([node.id for node in shared])
        if shared and lane.has_room(ids, most):
            return ids, beside
    return b"", nodes


def hold(node: Any) -> None:
    """Has the transaction conflict where what is kept below the node changes at the same time.

    For who takes it out of its place, with all that is counted for it. Who writes something depends
    on nobody's writing it at the same time only if that is insisted on.
    """
    if node.type == "mfile":  # which is written itself
        return
    node.counted.insist()
    for lane in node.site.journal.lanes if node.type in LANED else ():
        lane.claim(bytes.fromhex(node.id))


def settle(node: Any) -> None:
    """Puts into the sums of a node what lanes have for it: from now on it may be elsewhere."""
    if node.type in LANED and node.in_tree:
        pour(node.site, bytes.fromhex(node.id), clock.now())


def stored(changes: Figures) -> Reports:
    """As entries have it."""
    return tuple((short(metric), tuple(each)) for metric, each in changes.items())
