"""Signature: a digest over all that was booked in an account in a month, in that order.

Each entry is one line of JSON (Entry.text); the digest of n entries is the SHA-256 of that of the
n - 1 before, in hex, and of the line. So who has the lines can tell that none was changed, left
out, added or put elsewhere.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from mserve.resources.entry import Entry, ids_of
from mserve.resources.period import Grain, number_of, span_of
from mserve.resources.rows import Rows

SIGNED = "x"
"""What stands in a row's key where a grain does."""
AFTER_HEX = "g"


class Signature(NamedTuple):
    """Of so many entries."""

    entries: int = 0
    digest: str = ""


class Chain:
    """A signature that grows."""

    __slots__ = ("_digest", "_entries")

    def __init__(self, known: Signature) -> None:
        self._entries, self._digest = known.entries, known.digest.encode()

    def add(self, line: bytes) -> None:
        self._entries += 1
        self._digest = sha256(self._digest + line).hexdigest().encode()

    @property
    def signature(self) -> Signature:
        return Signature(self._entries, self._digest.decode())


class Signatures:
    """Those of a site's accounts, as entries are added to them one after the other."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self._chains: dict[tuple[bytes, int], Chain] = {}
        self._together: dict[tuple[bytes, int], list[Chain]] = {}

    def sign(self, entry: Entry, counted: int) -> None:
        """Adds the entry, which counts at `counted` (µs), to those of its accounts but a file."""
        line, month = entry.text(counted).encode(), number_of(Grain.MONTH, counted)
        at = entry.above, month
        chains = self._together.get(at)
        if chains is None:
            chains = self._together[at] = [self._chain(id, month) for id in ids_of(at[0])]
        for chain in chains:
            chain.add(line)

    def _chain(self, id: bytes, month: int) -> Chain:
        if (id, month) not in self._chains:
            known = signature(self.site.series.get(id.hex()), month)
            self._chains[id, month] = Chain(known)
        return self._chains[id, month]

    def write(self) -> None:
        for (id, month), chain in self._chains.items():
            self.site.series.rows(id.hex())[_key(month)] = tuple(chain.signature)


def signature(rows: Rows, month: int) -> Signature:
    """That of the month; of nothing, where nothing was booked."""
    found = None if rows is None else rows.get(_key(month))
    return Signature() if found is None else Signature(*found)


def entries_of(rows: Rows) -> int:
    """How many entries were booked in all months."""
    known = () if rows is None else rows.values(SIGNED, f"{SIGNED}{AFTER_HEX}")
    return sum(Signature(*each).entries for each in known)


def lines(site: Any, account: str, month: int) -> Iterator[str]:
    """What the signature is over, as far as the journal has it still."""
    own, span = bytes.fromhex(account), span_of(Grain.MONTH, month)
    for booked, parcel in site.journal.kept(span.start):
        for entry in parcel.entries:
            counted = entry.counted(booked)
            if span.start <= counted < span.end and entry.concerns(own):
                yield entry.text(counted)


def _key(month: int) -> str:
    return f"{SIGNED}{month:06x}"
