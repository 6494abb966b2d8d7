"""Ledger: what was spent of a key's budgets, and when the key was last used, as far as settled.

Of each counter there are the sums of what was charged and of what was given back. Both only grow,
so of two states the larger sums are the later ones, and to settle twice changes nothing.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from mserve.resources.key import Key


class Sums(NamedTuple):
    """Of one counter and kind: what was charged, and what of that was given back."""

    charged: int = 0
    refunded: int = 0

    def joined(self, other: "Sums") -> "Sums":
        """The later of both."""
        return Sums(max(self.charged, other.charged), max(self.refunded, other.refunded))


Counter = Mapping[str, Sums]
"""Sums by kind: uses, bytes_in, bytes_out."""
NOTHING = Sums()


class Ledger(Persistent):  # type: ignore[misc]  # persistent has no types
    """Of one key. Others write it than write the key, and what they write at once is joined.

    used: when the key was last used (µs); spent: Counters by name, that of the key and those of
    the tokens that were made of it without the server.
    """

    def __init__(self) -> None:
        self.used: int | None = None
        self.spent = OOBTree()

    def counter(self, name: str) -> Counter:
        found: Counter = self.spent.get(name, {})
        return found

    def spent_of(self, name: str) -> dict[str, int]:
        """By kind what was charged and not given back."""
        return {kind: sums.charged - sums.refunded for kind, sums in self.counter(name).items()}

    def join(self, name: str, counter: Counter) -> Counter:
        """Settles the counter, and returns what it has come to."""
        known = self.counter(name)
        joined = {
            kind: known.get(kind, NOTHING).joined(counter.get(kind, NOTHING))
            for kind in sorted({*known, *counter})
        }
        if joined != known:
            self.spent[name] = joined
        return joined

    def note_use(self, moment: int) -> None:
        """The key was used at `moment` (µs)."""
        if self.used is None or self.used < moment:
            self.used = moment

    def _p_resolveConflict(
        self, old: dict[str, Any], saved: dict[str, Any], new: dict[str, Any]
    ) -> dict[str, Any]:
        """The later use; what is below `spent` has conflicts of its own."""
        return {**saved, "used": max(filter(None, (saved["used"], new["used"])), default=None)}


def owner_of(key: Key) -> str:
    """What names a key outside the tree, such that it is found again: `<node id>-<key id>`."""
    return f"{key.__parent__.id}-{key.id}"


def find_owner(site: Any, owner: str) -> Key | None:
    """The key, if it is there still."""
    node_id, _, key_id = owner.partition("-")
    node = site if node_id == site.id else site.ids.get(node_id)
    keys = getattr(node, "keys", None)
    return None if keys is None else keys.get(key_id)


def ledger_of(key: Key) -> Ledger:
    """The key's ledger; made at its first use."""
    if key.ledger is None:
        key.ledger = Ledger()
    found: Ledger = key.ledger
    return found
