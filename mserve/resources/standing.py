"""Standing: what is kept below a node by now, told apart by the marks that it is counted by.

As files change place it goes along: it leaves some accounts, and joins others.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from mserve.resources.asker import Payer
from mserve.resources.figure import NOTHING, Figure, Figures, tally
from mserve.resources.mark import UNKNOWN, Mark, name_of
from mserve.resources.metering import enter
from mserve.resources.metrics import DISC, DISC_SPACE, FILE, KEPT, LEVELS, TRASH, short
from mserve.resources.mfile import OF_THE_FILE
from mserve.resources.posting import STANDING
from mserve.resources.rows import IN_ALL, Dimension, values_in

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

    @property
    def size(self) -> float:
        """The bytes kept."""
        return self.figures.get(DISC_SPACE, NOTHING).total

    def trashed(self, sign: int, size: float | None = None) -> "Part":
        """With so many bytes in the trash; by default all of them."""
        there = Figure(total=sign * (self.size if size is None else size))
        return Part(self.mark, {**self.figures, TRASH: there})

    def only(self, wanted: Callable[[str], bool]) -> "Part":
        """Of the metrics that are wanted."""
        return Part(self.mark, {m: each for m, each in self.figures.items() if wanted(m)})


class Standing(NamedTuple):
    """All that is kept."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, site: Any, node: Any) -> "Standing":
        """What is kept below `node`, which may be in a trash of the `site`."""
        if node.type == "mfile":
            return cls(tuple(_parts(_of_file(node))))
        known = [part for part in _parts(_branch(site, node)) if part.mark != UNKNOWN]
        rest = dict(node.usage.figures)
        for part in known:
            for metric, figure in part.figures.items():
                tally(rest, metric, figure.negated())
        return cls((*known, Part(UNKNOWN, rest)))

    @property
    def in_trash(self) -> "Standing":
        """As what it is counted in the trash."""
        found = (part.only(IN_TRASH.__contains__) for part in self.parts)
        return Standing(tuple(part.trashed(1) for part in found))

    @property
    def in_place(self) -> "Standing":
        """What its being in the tree, and not in the trash, makes of it."""
        found = (part.only(lambda m: m not in IN_TRASH) for part in self.parts)
        size = (part.size for part in self.parts)
        return Standing(
            tuple(each.trashed(-1, more) for each, more in zip(found, size, strict=True))
        )

    def wanted(self) -> dict[str, float]:
        """How much of each level there is more where it joins."""
        return _totals(self.parts)

    def wanted_by_payer(self) -> dict[Payer, dict[str, float]]:
        """As `wanted`, for each who pays for a part."""
        payers = {part.mark.payer for part in self.parts if part.mark.payer}
        return {
            payer: _totals(part for part in self.parts if part.mark.payer == payer)
            for payer in payers
        }

    def change(self, nodes: Sequence[Any], sign: int, moment: int, *, paid: bool = False) -> None:
        """At `moment` (µs) it joins (`sign` 1) or leaves (-1) the accounts of `nodes`.

        paid: and those of who pays for it.
        """
        for part in self.parts:
            changes = part.changes(sign, moment)
            if changes:
                enter(nodes, changes, moment, part.mark.payer if paid else (), part.mark.tags)


def _totals(parts: Iterable[Part]) -> dict[str, float]:
    found: dict[str, float] = {}
    for _, figures in parts:
        for metric in LEVELS & figures.keys():
            found[metric] = found.get(metric, 0) + figures[metric].total
    return found


def _parts(kept: Iterable[Kept]) -> list[Part]:
    """Of each mark what is kept under it."""
    found: dict[str, Figures] = {}
    for metric, name, figure in kept:
        tally(found.setdefault(name, {}), metric, figure)
    return [Part(Mark.named(name), figures) for name, figures in found.items()]


def _of_file(mfile: Any) -> Iterator[Kept]:
    """Of a file, and of each content that it has, by its mark."""
    if mfile.awaited is None:
        name = mfile.marks.get(OF_THE_FILE, UNKNOWN).name
        yield FILE, name, Figure(total=1)
        yield DISC, name, Figure(running=1)
    for number in mfile.numbers:
        name, size = mfile.marks.get(number, UNKNOWN).name, mfile.content_of(number).size
        yield DISC_SPACE, name, Figure(total=size)
        yield DISC, name, Figure(rate=size)
        if kind := mfile.class_of(number):
            yield kind, name, Figure(total=size)


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
