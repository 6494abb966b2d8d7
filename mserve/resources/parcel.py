"""Parcel: what transactions have reported, as it waits to be booked, and as it is kept then.

What one transaction has reported is *said* under its key (journal.py), together with what others
have, so that most of them need no object of their own for it: first in a lane (lane.py).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from persistent import Persistent

from mserve.resources.entry import Entry
from mserve.resources.packing import pack, unpack

Words = bytes | tuple[Entry, ...]
"""The entries of a transaction; packed, once they are stored."""
Said = Mapping[str, Words]
"""By the keys of the transactions."""


class Parcel(Persistent):  # type: ignore[misc]  # persistent has no types
    """What is said in it is never changed after the transaction that makes it."""

    said: Mapping[str, Words] = {}

    def __init__(self, key: str, said: Said = said) -> None:
        self.key, self.said = key, said

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Of all that is said, in the order of the keys."""
        return tuple(entry for _, words in sorted(self.said.items()) for entry in entries_of(words))

    def say(self, key: str, entry: Entry) -> None:
        self.said = with_more(self.said, key, entry)

    def __getstate__(self) -> dict[str, Any]:
        return {"key": self.key, "said": packed(self.said)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({"key": state["key"], "said": read_said(state)})


def read_said(state: Mapping[str, Any]) -> Said:
    """What a record says, of a parcel or a lane; once a parcel had those of one transaction."""
    if "entries" not in state:
        said: Said = state.get("said", {})
        return said
    words = state["entries"]
    return {state["key"]: words if isinstance(words, bytes) else tuple(words)}


def with_more(said: Said, key: str, entry: Entry) -> Said:
    """And the entry, of the transaction with that key."""
    return {**said, key: (*entries_of(said.get(key, ())), entry)}


def packed(said: Said) -> Said:
    """As records have it."""
    return {
        key: words if isinstance(words, bytes) else pack([*map(tuple, words)])
        for key, words in said.items()
    }


def entries_of(words: Words) -> tuple[Entry, ...]:
    return _unpacked(words) if isinstance(words, bytes) else words


def may_name(words: Words, account: bytes) -> bool:
    """Not, if no entry is of the account: it is sought in packed words as it stands there."""
    return not isinstance(words, bytes) or account in words


@lru_cache(maxsize=512)
def _unpacked(words: bytes) -> tuple[Entry, ...]:
    return tuple(Entry(*each) for each in unpack(words))
