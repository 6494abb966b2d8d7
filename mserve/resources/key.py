"""Key: a capability. Its secret is shown once and kept only as a digest."""

import secrets
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from persistent import Persistent

from mserve.resources import clock
from mserve.resources.ids import new_id
from mserve.resources.roles import ROLES, Permission


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256, in hex. A 256-bit random needs no salt."""
    return sha256(secret.encode()).hexdigest()


class Key(Persistent):  # type: ignore[misc]  # persistent has no types
    """Grants a role on the node it belongs to and all below; never more than its parent key."""

    label = ""
    start: int | None = None
    end: int | None = None
    revoked: int | None = None
    accessspeed: int | None = None
    """Bytes per second of each download by this key; None: no limit of its own."""
    ledger: Any = None
    """What was spent of its budgets, and when it was last used (resources/ledger.py)."""

    def __init__(self, node: Any, role: str, parent: "Key | None" = None) -> None:
        self.__parent__ = node
        self.id = self.__name__ = new_id()
        self.role = role
        self.parent = parent
        self.created = clock.now()
        self.digest = ""

    def renew_secret(self) -> str:
        """Makes the key's secret, 256 random bits; it can't be had again."""
        secret = secrets.token_urlsafe(32)
        self.digest = digest(secret)
        return secret

    def chain(self) -> Iterator["Key"]:
        """This key and those it was made from, up to the first."""
        key: Key | None = self
        while key is not None:
            yield key
            key = key.parent

    def permissions(self) -> frozenset[Permission]:
        """What the whole chain allows."""
        return frozenset.intersection(*(ROLES[key.role] for key in self.chain()))

    def works(self, moment: int) -> bool:
        """Whether at `moment` (µs) no key of the chain is revoked, ended or not begun yet."""
        return all(key._works(moment) for key in self.chain())

    def _works(self, moment: int) -> bool:
        if self.revoked is not None or (self.start is not None and moment < self.start):
            return False
        return self.end is None or moment < self.end

    def speed(self) -> int | None:
        """The lowest access speed of the chain, in bytes per second, or None."""
        return min((key.accessspeed for key in self.chain() if key.accessspeed), default=None)

    @property
    def used(self) -> int | None:
        """When it was last used (µs), as far as that is settled."""
        return None if self.ledger is None else self.ledger.used

    def descends_from(self, other: "Key") -> bool:
        return any(key is other for key in self.chain())
