"""A naive model of usage: what was kept where and from when to when, and what was reported.

It sums nothing up before it is asked, and knows neither rates nor rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

END = 1 << 62


class Stay(NamedTuple):
    """Bytes in some accounts for a time (µs); `files` of 1 is a file in the tree."""

    accounts: frozenset[str]
    size: int
    files: int
    key: str
    mimetype: str
    start: int
    end: int = END


@dataclass(frozen=True)
class Report:
    """Something consumed at a moment (µs)."""

    accounts: frozenset[str]
    metric: str
    amount: float
    moment: int
    tags: dict[str, str] = field(default_factory=dict)


class Model:
    """All that has ever been, by a name that each bit of content has."""

    def __init__(self) -> None:
        self.past: list[Stay] = []
        self.present: dict[str, Stay] = {}
        self.reports: list[Report] = []

    def begin(self, name: str, stay: Stay) -> None:
        self.present[name] = stay

    def change(self, name: str, moment: int, **fields: object) -> None:
        """What is kept is from now on counted otherwise."""
        stay = self.present[name]
        self.past.append(stay._replace(end=moment))
        self.present[name] = stay._replace(start=moment, **fields)  # type: ignore[arg-type]  # fields of any type

    def end(self, name: str, moment: int) -> None:
        self.past.append(self.present.pop(name)._replace(end=moment))

    def stays(self, account: str, wanted: Callable[[Stay], bool]) -> Iterator[Stay]:
        for stay in (*self.past, *self.present.values()):
            if account in stay.accounts and wanted(stay):
                yield stay

    def byte_time(self, account: str, start: int, end: int, wanted: Callable[[Stay], bool]) -> int:
        """Byte-microseconds within the span."""

        def clipped(moment: int) -> int:
            return min(max(moment, start), end)

        return sum(
            stay.size * (clipped(stay.end) - clipped(stay.start))
            for stay in self.stays(account, wanted)
        )

    def level(self, account: str, what: str, wanted: Callable[[Stay], bool]) -> int:
        """`size` or `files` that are there now."""
        return sum(
            getattr(stay, what)
            for stay in self.present.values()
            if account in stay.accounts and wanted(stay)
        )

    def reported(self, account: str, metric: str, **tags: str) -> list[Report]:
        return [
            each
            for each in self.reports
            if account in each.accounts
            and each.metric == metric
            and all(each.tags.get(name) == value for name, value in tags.items())
        ]
