"""Key: a capability. Its secret is shown once and kept only as a digest."""

import secrets
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from persistent import Persistent

from mserve.attenuation import root_of
from mserve.resources import clock
from mserve.resources.caveats import NONE, Caveats
from mserve.resources.ids import new_id
from mserve.resources.key_parts import PARTS
from mserve.resources.roles import NOTHING, ROLES, Permission
from mserve.seal import Seal


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256, in hex. A 256-bit random needs no salt."""
    return sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """256 random bits; who makes it shows it once, and keeps its digest.

    None begins with a dash: commands would take it for an option.
    """
    while (secret := secrets.token_urlsafe(32)).startswith("-"):
        pass
    return secret


class Former(NamedTuple):
    """A secret that was replaced, and the moment (µs) from which it does not work any more."""

    digest: str
    sealed: bytes | None
    end: int


class Gone:
    """What stands for a node that was removed for good, where a profile still holds its key."""

    type = "removed"
    in_tree = False
    keys = None
    __parent__ = None

    def __init__(self, node: Any) -> None:
        self.id = node.id
        self.__name__ = node.__name__ or ""


class Key(Persistent):  # type: ignore[misc]  # persistent has no types
    """Grants a role on the node it belongs to and all below; never more than its parent key."""

    label = ""
    caveats: Caveats = NONE
    revoked: int | None = None
    ledger: Any = None
    """What was spent of its budgets, and when it was last used (resources/ledger.py)."""
    maker: str | None = None
    """Who made it: `key:` or `user:` and an id; None: mserve itself, with the node."""
    sealed: bytes | None = None
    """By it keys that were attenuated offline are verified (mserve/attenuation.py)."""
    former: Former | None = None

    def __init__(self, node: Any, role: str, parent: "Key | None" = None) -> None:
        self.__parent__ = node
        self.id = self.__name__ = new_id()
        self.role = role
        self.parent = parent
        self.created = clock.now()
        self.digest = ""

    def __getitem__(self, name: str) -> Any:
        return PARTS[name](self)

    def renew_secret(self, seal: Seal | None = None) -> str:
        """Makes the key's secret; it can't be had again.

        Without a `seal` the key can't be attenuated offline.
        """
        secret = new_secret()
        self.digest = digest(secret)
        self.sealed = None if seal is None else seal.seal(root_of(secret))
        return secret

    def knows(self, presented: str, moment: int) -> bool:
        """Whether the secret of that digest is the key's, at `moment` (µs)."""
        if presented == self.digest:
            return True
        former = self.former
        return former is not None and presented == former.digest and moment < former.end

    def sealed_for(self, presented: str) -> bytes | None:
        """What was sealed of the secret of that digest."""
        former = self.former
        was = former is not None and presented == former.digest
        return former.sealed if was and former is not None else self.sealed

    def digests(self) -> list[str]:
        """Those by which it is found in the site's key index."""
        return [self.digest] + ([] if self.former is None else [self.former.digest])

    def chain(self) -> Iterator["Key"]:
        """This key and those it was made from, up to the first."""
        key: Key | None = self
        while key is not None:
            yield key
            key = key.parent

    def granted(self) -> frozenset[Permission]:
        """What this link of a chain allows: those of its role that its caveats leave."""
        role, narrowed = ROLES.get(self.role, NOTHING), self.caveats.permissions
        return role if narrowed is None else role & narrowed

    def permissions(self) -> frozenset[Permission]:
        """What the whole chain allows."""
        return frozenset.intersection(*(key.granted() for key in self.chain()))

    def works(self, moment: int) -> bool:
        """Whether at `moment` (µs) no key of the chain is revoked, ended or not begun yet."""
        return not self.gone() and all(key.caveats.in_time(moment) for key in self.chain())

    def gone(self) -> bool:
        """Whether a key of the chain is revoked."""
        return any(key.revoked is not None for key in self.chain())

    @property
    def used(self) -> int | None:
        """When it was last used (µs), as far as that is settled."""
        return None if self.ledger is None else self.ledger.used

    @property
    def spent(self) -> dict[str, int]:
        """What was spent of its budgets, by kind, as far as that is settled."""
        return {} if self.ledger is None else self.ledger.spent_of(self.id)

    def orphan(self) -> None:
        """Its node is gone for good: the key ends, and holds nothing of it but id and name."""
        self.revoked = self.revoked or clock.now()
        self.__parent__ = Gone(self.__parent__)

    def descends_from(self, other: "Key") -> bool:
        return any(key is other for key in self.chain())
