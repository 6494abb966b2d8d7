"""Standing: what is kept below a node by now, told apart by the marks that it is counted by.

As files change place it goes along: it leaves some accounts, and joins others.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from mserve.resources.asker import Payer
from mserve.resources.figure import Figure, Figures, tally
from mserve.resources.mark import UNKNOWN, Mark, name_of
from mserve.resources.metrics import DISC, DISC_SPACE, FILE, KEPT, LEVELS, short
from mserve.resources.mfile import OF_THE_FILE
from mserve.resources.series import IN_ALL, STANDING, Dimension, values_in
from mserve.resources.usage import enter

Kept = tuple[str, str, Figure]
"""A metric, the name of a mark, and what is kept."""
IN_TRASH = frozenset({DISC, DISC_SPACE})
"""What is counted of files in the trash."""


class Part(NamedTuple):
    """What is kept under one mark: a Figure of each metric, of which rate, running and total say
    what there is now."""

    mark: Mark
    figures: Figures

    def changes(self, sign: int, moment: int) -> Figures:
        """What its coming (`sign` 1) or leaving (-1) at `moment` (µs) changes."""
        found = {}
        for metric, (_, total, _, _, _, running, rate, _) in self.figures.items():
            if metric in LEVELS and total:
                found[metric] = Figure.of(sign * total)
            elif rate or running:
                change, now = sign * rate, sign * running
                found[metric] = Figure.rated(change, moment, now, max(now, 0))
        return found

    def only(self, wanted: Callable[[str], bool]) -> "Part":
        """Of the metrics that are wanted."""
        return Part(self.mark, {m: each for m, each in self.figures.items() if wanted(m)})


class Standing(NamedTuple):
    """All that is kept."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, site: Any, node: Any) -> "Standing":
        """What is kept below `node`, which may be in a trash of the `site`."""
        known = _parts(_marked(node) if node.type == "mfile" else _branch(site, node))
        rest = dict(node.usage.figures)
        for part in known:
            for metric, figure in part.figures.items():
                tally(rest, metric, figure.negated())
        return cls((*known, Part(UNKNOWN, rest)))

    @property
    def in_trash(self) -> "Standing":
        """Of it what is counted in the trash as well."""
        return Standing(tuple(part.only(IN_TRASH.__contains__) for part in self.parts))

    @property
    def in_place(self) -> "Standing":
        """Of it what is counted in the tree alone."""
        return Standing(tuple(part.only(lambda m: m not in IN_TRASH) for part in self.parts))

    def files_by_payer(self) -> dict[Payer, float]:
        """How many of the files each has brought."""
        found: dict[Payer, float] = {}
        for mark, figures in self.parts:
            if mark.payer and FILE in figures:
                found[mark.payer] = found.get(mark.payer, 0) + figures[FILE].total
        return found

    def change(self, nodes: Sequence[Any], sign: int, moment: int, *, paid: bool = False) -> None:
        """At `moment` (µs) it joins (`sign` 1) or leaves (-1) the accounts of `nodes`.

        paid: and those of who pays for it.
        """
        for part in self.parts:
            changes = part.changes(sign, moment)
            if changes:
                enter(nodes, changes, moment, part.mark.payer if paid else (), part.mark.tags)


def _parts(kept: Iterable[Kept]) -> list[Part]:
    """Of each mark that is known what is kept under it."""
    found: dict[str, Figures] = {}
    for metric, name, figure in kept:
        tally(found.setdefault(name, {}), metric, figure)
    parts = (Part(Mark.named(name), figures) for name, figures in found.items())
    return [part for part in parts if part.mark != UNKNOWN]


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
    for entry in site.journal.about(own):
        name = name_of(entry.tags)
        for metric, report in entry.reports:
            if metric in STANDING:
                yield by_short[metric], name, Figure(*report)
