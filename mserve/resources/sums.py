"""Sums: entries of one period, of the same accounts and about the same, added up into one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from mserve.resources.entry import Entry, Reports, Tags
from mserve.resources.figure import Figure, Figures, tally


class Sums:
    """file: whether their first account is a file's."""

    def __init__(self, *, file: bool) -> None:
        self.file = file
        self._alike: dict[tuple[int, bytes, Tags, bool], list[Reports]] = defaultdict(list)

    def add(self, entry: Entry, accounts: bytes, begin: int) -> None:
        """Of the period that begins at `begin` (µs), and of those of its accounts alone."""
        self._alike[begin, accounts, entry.tags, entry.shares].append(entry.reports)

    def __iter__(self) -> Iterator[Entry]:
        """The sums, as entries at the beginnings of their periods."""
        for (begin, accounts, tags, shares), alike in self._alike.items():
            reports = alike[0] if len(alike) == 1 else _added(alike)
            yield Entry(begin, accounts, reports, tags, self.file, shares)


def _added(alike: Sequence[Reports]) -> Reports:
    figures: Figures = {}
    for reports in alike:
        for metric, report in reports:
            tally(figures, metric, Figure(*report))
    return tuple((metric, tuple(figure)) for metric, figure in figures.items())
