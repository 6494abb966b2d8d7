"""Index: a mapping in shards, so that many writers at once seldom meet in one BTree bucket."""

import heapq
from collections.abc import Iterator
from itertools import islice
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent

SHARDS = 64
AFTER_DASH = chr(ord("-") + 1)
BEGINNINGS = {f"{number:02x}": number for number in range(256)}


class Index(Persistent):  # type: ignore[misc]  # persistent has no types
    """Text keys to values, spread over BTrees by the first digits of the id that the key is.

    What one transaction enters lies together (see resources/ids.py). The shards never change.
    """

    def __init__(self, shards: int = SHARDS) -> None:
        self.shards = tuple(OOBTree() for _ in range(shards))

    @staticmethod
    def place(key: str) -> int:
        """Which shard holds the key, beyond their number counted anew; the first if it is no id."""
        return BEGINNINGS.get(key[:2], 0)

    def _shard(self, key: str) -> Any:
        return self.shards[self.place(key) % len(self.shards)]

    def __contains__(self, key: str) -> bool:
        return key in self._shard(key)

    def __getitem__(self, key: str) -> Any:
        return self._shard(key)[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._shard(key)[key] = value

    def __delitem__(self, key: str) -> None:
        del self._shard(key)[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self._shard(key).get(key, default)

    def discard(self, key: str) -> None:
        """Removes `key` if it is there."""
        self._shard(key).pop(key, None)

    def items(self) -> Iterator[tuple[str, Any]]:
        """All items, in no order."""
        for shard in self.shards:
            yield from shard.items()

    def __iter__(self) -> Iterator[str]:
        """All keys, in no order."""
        for shard in self.shards:
            yield from shard

    def count(self) -> int:
        """How many there are; costs all of the index but the values."""
        return sum(map(len, self.shards))

    def beginning(self, prefix: str, start: str = "") -> Iterator[str]:
        """The keys that begin so, in order, and go on with `start` or what is above it.

        `prefix` ends in the dash after an id.
        """
        end = prefix[:-1] + AFTER_DASH
        keys: Iterator[str] = iter(self._shard(prefix).keys(prefix + start, end))
        return keys

    def page(self, limit: int, after: str | None = None) -> list[tuple[str, Any]]:
        """The `limit` items of the lowest keys, in order; above the key `after` if given.

        Costs the page and one step into each shard, whatever the index holds.
        """
        pages = (shard.items(min=after, excludemin=after is not None) for shard in self.shards)
        return list(islice(heapq.merge(*pages, key=lambda item: item[0]), limit))


class Timeline(Index):
    """An index of keys that `newest_first` makes."""

    @staticmethod
    def place(key: str) -> int:
        return Index.place(key.partition("-")[2])


class Transit(Index):
    """An index of what comes and goes.

    Transactions at once that fill an empty bucket, empty one, or take its first key, conflict
    (BTrees' merge, reasons 1, 10 and 13). So each shard has a first key that stays.
    """

    FIRST = ""

    def __init__(self, shards: int = SHARDS) -> None:
        super().__init__(shards)
        for shard in self.shards:
            shard[self.FIRST] = None

    def items(self) -> Iterator[tuple[str, Any]]:
        return (item for item in super().items() if item[0])

    def __iter__(self) -> Iterator[str]:
        return (key for key in super().__iter__() if key)

    def count(self) -> int:
        return super().count() - len(self.shards)

    def page(self, limit: int, after: str | None = None) -> list[tuple[str, Any]]:
        return super().page(limit, after or self.FIRST)


Runs = Transit
"""What databases of schema 5 call it."""


NEWEST = (1 << 63) - 1


def newest_first(moment: int, id: str) -> str:
    """An index key that sorts what happened at `moment` (µs) before all that was earlier."""
    return f"{NEWEST - moment:016x}-{id}"
