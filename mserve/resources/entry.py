"""Entry: what was reported at one moment, as the journal has it.

It says what changed in the sums of several *accounts*: those of a node and all above it, and of the
key, or user, that pays, with the keys that it was made from.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from mserve.resources.figure import Figure
from mserve.resources.period import open_since

WIDTH = 16  # bytes of an id
_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode

Tags = tuple[tuple[str, str], ...]
"""What a report is about, beside the accounts: `key`, `task`, `mimetype`, `service`."""
Reports = tuple[tuple[str, tuple[Any, ...]], ...]
"""By how much each metric changes: the fields of a Figure."""


class Entry(NamedTuple):
    """Reports of one moment (µs), about the same.

    file: whether the first account is a file's; shares: whether they are counted by their tags
    alone, as the sums have them already; booked: when they count, if not at their moment.
    """

    moment: int
    accounts: bytes
    reports: Reports
    tags: Tags = ()
    file: bool = False
    shares: bool = False
    booked: int | None = None

    @property
    def time(self) -> int:
        """In which period it counts (µs), unless that is closed."""
        return self.moment if self.booked is None else self.booked

    def counted(self, booked: int) -> int:
        """When it counts (µs), if it is booked at that moment (µs): not in a closed month."""
        return max(self.time, open_since(booked))

    def text(self, counted: int) -> str:
        """One line of JSON that says all of it, where it counts at `counted` (µs); keys sorted."""
        digits, reports = self.accounts.hex(), ",".join([*map(_told, sorted(self.reports))])
        ids = '","'.join([digits[at : at + 2 * WIDTH] for at in range(0, len(digits), 2 * WIDTH)])
        shares = "true" if self.shares else "false"
        return (
            f'{{"accounts":["{ids}"],"counted":{counted},"reports":{{{reports}}},'
            f'"shares":{shares},"tags":{_of_tags(self.tags)},"time":{self.moment}}}'
        )

    @property
    def above(self) -> bytes:
        """The accounts but a file's: of what is above it, and of who pays."""
        return self.accounts[WIDTH:] if self.file else self.accounts

    def ids(self) -> Iterator[bytes]:
        """Of the accounts."""
        return ids_of(self.accounts)

    def concerns(self, account: bytes) -> bool:
        return concerns(self.accounts, account)

    def is_above_service(self, account: bytes) -> bool:
        """Whether the account is of what is above the service that it is about, or of who pays."""
        ids = [*self.ids()]
        service = bytes.fromhex(dict(self.tags).get("service", ""))
        return service in ids and ids.index(account) > ids.index(service)

    def taken_back(self, moment: int) -> "Entry":
        """What makes it as if it had never been, from `moment` (µs) on."""
        undone = tuple((metric, tuple(Figure(*each).negated())) for metric, each in self.reports)
        return self._replace(reports=undone, booked=moment)


def accounts_of(ids: Sequence[str]) -> bytes:
    """Ids as an entry has them."""
    return bytes.fromhex("".join(ids))


def ids_of(accounts: bytes) -> Iterator[bytes]:
    """The ids that `accounts_of` was given, as bytes."""
    for start in range(0, len(accounts), WIDTH):
        yield accounts[start : start + WIDTH]


def concerns(accounts: bytes, account: bytes) -> bool:
    """Whether the account is one of those."""
    place = accounts.find(account)
    return place >= 0 and (place % WIDTH == 0 or account in ids_of(accounts))


@lru_cache(maxsize=1024)
def _of_tags(tags: Tags) -> str:
    return _encode(dict(tags))


_name = lru_cache(maxsize=1024)(_encode)
FIELDS = sorted((name, place) for place, name in enumerate(Figure._fields))


def _told(report: tuple[str, tuple[Any, ...]]) -> str:
    """A metric's part of the text: what of its figure is not 0."""
    metric, each = report
    known = [
        f'"{name}":{value if type(value) is int else _encode(value)}'
        for name, at in FIELDS
        if (value := each[at])
    ]
    return f"{_name(metric)}:{{{','.join(known)}}}"
