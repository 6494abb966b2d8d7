"""Usage: what was consumed, per metric, summed exactly and without conflicts between writers.

A *value* metric adds up what is reported. A *rate* metric integrates over time: n reports at
rates r_i since t_i have used up at time t  Σ r_i·(t - t_i) = R·t - C  with R = Σ r_i and
C = Σ r_i·t_i, so two additive integers are enough at any level. R is for example in bytes, C in
byte-microseconds.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from persistent import Persistent
from ZODB.POSException import ConflictError

from mserve.resources.figure import NOTHING, Figure

DISC = "http://mserve/disc"
DISC_SPACE = "http://mserve/disc_space"
INGEST = "http://mserve/ingest"
FILE = "http://mserve/file"
SERVICE = "http://mserve/service"
CONTAINER = "http://mserve/container"
JOB = "http://mserve/job"
TASK = "http://mserve/task"
BACKUP_FILE = "http://mserve/backupfile"
ARCHIVED = "http://mserve/archived"
"""Bytes of which the vault of that name has got a copy."""
JOB_RUNTIME = "http://mserve/jobruntime"
"""Seconds that the attempts at tasks took, those that failed too."""

RATES = frozenset({DISC})
LEVELS = frozenset({DISC_SPACE, FILE, SERVICE, CONTAINER})
"""Value metrics that say what is there now: what goes away is reported with a minus sign."""


class Usage(Persistent):  # type: ignore[misc]  # persistent has no types
    """The figures of one node and all below it; concurrent changes are added by the storage."""

    figures: Mapping[str, Figure] = {}
    limits: Mapping[str, int] = {}
    """The most that levels may be (resources/quota.py), by metric."""

    def get(self, metric: str) -> Figure:
        return self.figures.get(metric, NOTHING)

    def put(self, metric: str, figure: Figure) -> None:
        self.figures = {**self.figures, metric: figure}

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


def report(nodes: Iterable[Any], metric: str, *amounts: float) -> None:
    """Reports `amounts` of a value metric on each of `nodes`: a node and all above it."""
    for node in nodes:
        usage = node.usage
        figure = usage.get(metric)
        for amount in amounts:
            figure = figure.value(amount)
        usage.put(metric, figure)


def change_rate(
    nodes: Iterable[Any],
    metric: str,
    change: int,
    moment: int,
    *,
    running: int = 0,
    reports: int = 0,
) -> None:
    """Changes a rate by `change` at `moment` (µs) on each of `nodes`."""
    for node in nodes:
        usage = node.usage
        usage.put(metric, usage.get(metric).rated(change, moment, running, reports))


def keep(nodes: Iterable[Any], size: int, moment: int, files: int = 1) -> None:
    """`files` files of `size` bytes in all are kept from `moment` (µs) on; negative: no longer."""
    nodes = list(nodes)
    change_rate(nodes, DISC, size, moment, running=files, reports=max(files, 0))
    report(nodes, DISC_SPACE, size)
    if files:
        report(nodes, FILE, files)


def transfer(usage: Usage, left: Iterable[Any], joined: Iterable[Any], moment: int) -> None:
    """What is kept below a node moves at `moment` (µs) from the nodes `left` to those `joined`.

    What was consumed before stays with those who consumed it.
    """
    kept = usage.get(DISC)
    for nodes, sign in (([*left], -1), ([*joined], 1)):
        change_rate(
            nodes,
            DISC,
            sign * kept.rate,
            moment,
            running=sign * kept.running,
            reports=max(sign * kept.running, 0),
        )
        for metric in LEVELS:  # what is in a trash is kept, but counts as no file
            if total := usage.get(metric).total:
                report(nodes, metric, sign * total)
