"""Standing: what is kept below a node by now, told apart by the marks that it is counted by.

As files change place it goes along: it leaves some accounts, and joins others.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from mserve.resources.figure import Figure, Figures
from mserve.resources.mark import UNKNOWN, Mark
from mserve.resources.metrics import DISC, DISC_SPACE, FILE, KEPT, LEVELS, short
from mserve.resources.mfile import OF_THE_FILE
from mserve.resources.series import IN_ALL, STANDING, Dimension, values_in
from mserve.resources.usage import enter

Kept = tuple[str, str, Figure]
"""A metric, the name of a mark, and what is kept."""
GONE_WITH = (*KEPT, *sorted(LEVELS - set(KEPT)))


class Part(NamedTuple):
    """What is kept under one mark: amounts by metric, and how many files count as kept."""

    mark: Mark
    amounts: dict[str, int]
    running: int

    def changes(self, metrics: Iterable[str], sign: int, moment: int) -> Figures:
        """What its coming (`sign` 1) or leaving (-1) at `moment` (µs) changes."""
        return dict(self._changes(metrics, sign, moment))

    def _changes(
        self, metrics: Iterable[str], sign: int, moment: int
    ) -> Iterator[tuple[str, Figure]]:
        for metric in metrics:
            amount = sign * self.amounts.get(metric, 0)
            running = sign * self.running if metric == DISC else 0
            if metric == DISC and (amount or running):
                yield metric, Figure.rated(amount, moment, running, max(running, 0))
            elif amount:
                yield metric, Figure.of(amount)

    def without(self, others: Iterable["Part"]) -> "Part":
        """What is left of it."""
        amounts, running = dict(self.amounts), self.running
        for other in others:
            running -= other.running
            for metric, amount in other.amounts.items():
                amounts[metric] = amounts.get(metric, 0) - amount
        return Part(self.mark, amounts, running)


class Standing(NamedTuple):
    """All that is kept."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, site: Any, node: Any) -> "Standing":
        """What is kept below `node`, which may be in a trash of the `site`."""
        known = _parts(_marked(node) if node.type == "mfile" else _branch(site, node))
        figures = node.usage.figures
        amounts = {metric: int(figures[metric].total) for metric in LEVELS if metric in figures}
        disc = node.usage.get(DISC)
        rest = Part(UNKNOWN, amounts | {DISC: disc.rate}, disc.running).without(known)
        return cls((*known, rest))

    def change(
        self,
        nodes: Sequence[Any],
        sign: int,
        moment: int,
        metrics: Iterable[str] = GONE_WITH,
        *,
        paid: bool = False,
    ) -> None:
        """At `moment` (µs) it joins (`sign` 1) or leaves (-1) the accounts of `nodes`.

        paid: and those of who pays for it.
        """
        metrics = tuple(metrics)
        for part in self.parts:
            changes = part.changes(metrics, sign, moment)
            if changes:
                enter(nodes, changes, moment, part.mark.payer if paid else (), part.mark.tags)


def _parts(kept: Iterable[Kept]) -> list[Part]:
    """Of each mark that is known what is kept under it."""
    found: dict[str, Part] = {}
    for metric, name, figure in kept:
        part = found.setdefault(name, Part(Mark.named(name), {}, 0))
        amount = figure.rate if metric == DISC else int(figure.total)
        amounts = part.amounts | {metric: part.amounts.get(metric, 0) + amount}
        found[name] = Part(part.mark, amounts, part.running + figure.running)
    return [part for part in found.values() if part.mark != UNKNOWN]


def _marked(mfile: Any) -> Iterator[Kept]:
    """By the marks of a file, and of each content that it has."""
    for number, mark in mfile.marks.items():
        if number == OF_THE_FILE:
            yield FILE, mark.name, Figure(total=1)
            yield DISC, mark.name, Figure(running=1)
        else:
            size = mfile.content_of(number).size
            yield DISC_SPACE, mark.name, Figure(total=size)
            yield DISC, mark.name, Figure(rate=size)


def _branch(site: Any, node: Any) -> Iterator[Kept]:
    yield from _booked(site, node)
    yield from _waiting(site, node)


def _booked(site: Any, node: Any) -> Iterator[Kept]:
    """What is booked in a branch's account."""
    rows = site.series.get(node.id)
    for metric in KEPT:
        for name, figure in values_in(rows, IN_ALL, Dimension.MARK, short(metric)):
            yield metric, name, figure


def _waiting(site: Any, node: Any) -> Iterator[Kept]:
    """What is to be booked there."""
    own, by_short = bytes.fromhex(node.id), {short(metric): metric for metric in KEPT}
    for parcel in site.journal.all_waiting():
        for entry in parcel.entries:
            if entry.concerns(own):
                name = Mark.of_tags(entry.tags).name
                for metric, report in entry.reports:
                    if metric in STANDING:
                        yield by_short[metric], name, Figure(*report)
