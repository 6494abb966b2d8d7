"""Identity: who asks, as the chains of keys by which they may do something.

A presented key is one chain. Of an attenuated one (mserve/attenuation.py) each caveat that was
appended is one more link, after the key's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from mserve.resources.asker import Payer
from mserve.resources.caveats import Caveats, Facts
from mserve.resources.deposit import Depositor
from mserve.resources.key import Key
from mserve.resources.roles import OWN_ONLY, Permission
from mserve.security.lock import opens

Appended = tuple[tuple[str, Caveats], ...]
"""Caveats that were appended offline, each with what it is counted by."""


class Link(NamedTuple):
    """One part of a chain: what it is counted by, the key's id, and what narrows it."""

    name: str
    key: Key
    caveats: Caveats


class Failure(NamedTuple):
    """The link of a chain, and the name of its caveat, that a request does not meet."""

    link: Link
    caveat: str


@dataclass(frozen=True, eq=False)
class Grant:
    """One chain of keys, as one request presents it."""

    key: Key
    facts: Facts
    appended: Appended = ()

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """From the narrowest to the first key."""
        appended = tuple(Link(name, self.key, each) for name, each in reversed(self.appended))
        return appended + tuple(Link(key.id, key, key.caveats) for key in self.key.chain())

    @property
    def caveats(self) -> Iterator[Caveats]:
        return (link.caveats for link in self.links)

    def caveats_of(self, name: str) -> list[Any]:
        """The values of the caveat of that name along the chain."""
        found = (getattr(each, name) for each in self.caveats)
        return [each for each in found if each is not None]

    @cached_property
    def failure(self) -> Failure | None:
        """The first caveat of the chain that the request does not meet."""
        for link in self.links:
            failed = link.caveats.fails(self.facts)
            if failed is not None:
                return Failure(link, failed)
        return self._locked()

    def _locked(self) -> Failure | None:
        """The first link whose password was not given. Raises Throttled, RedisError."""
        jar = self.key._p_jar
        db = None if jar is None else jar.db()
        for link in self.links:
            needed = link.caveats.password
            if needed is not None and not opens(db, needed, self.facts.password):
                return Failure(link, "password")
        return None

    @cached_property
    def allowed(self) -> frozenset[Permission]:
        """What the whole chain allows. Who holds an attenuated key makes narrower ones offline."""
        allowed = self.key.permissions()
        for _, caveats in self.appended:
            if caveats.permissions is not None:
                allowed &= caveats.permissions
        return allowed - {Permission.DELEGATE} if self.appended else allowed

    @cached_property
    def nodes(self) -> frozenset[str]:
        """The ids of the nodes that must all be in the lineage of what is asked of."""
        own = {key.__parent__.id for key in self.key.chain()}
        return frozenset(own.union(self.caveats_of("node")))

    @cached_property
    def own_only(self) -> tuple[Link, ...]:
        """The links down from the first that shows its own uploads alone; none: all are shown."""
        kept = [at for at, link in enumerate(self.links) if link.key.role in OWN_ONLY]
        return self.links[: kept[-1] + 1] if kept else ()

    @property
    def depositor(self) -> Depositor:
        """As whom it deposits; empty: it adds files as others do."""
        return tuple(link.name for link in self.own_only)

    def speed(self) -> int | None:
        """The lowest access speed of the chain, in bytes per second, or None."""
        return min(self.caveats_of("accessspeed"), default=None)

    @property
    def root(self) -> Any:
        """The node below which `/k/<key>/` leads; the key's, or what narrows it to another."""
        own = self.key.__parent__
        wanted = next(iter(self.caveats_of("node")), None)
        below = None if wanted is None else own.site.ids.get(wanted)
        return own if below is None or own.id not in {n.id for n in below.lineage()} else below


@dataclass(frozen=True, eq=False)
class Identity:
    """Who asks. `actor` is `key:` or `user:` and an id, which is no secret; `present` is a user
    who has logged in, not only a program of theirs."""

    actor: str
    grants: tuple[Grant, ...]
    user: Any = None
    present: bool = False

    @property
    def failure(self) -> Failure | None:
        """Why none of the chains allows anything now, where that is a caveat of each."""
        failures = [grant.failure for grant in self.grants]
        return failures[0] if failures and None not in failures else None

    @property
    def payer(self) -> Payer:
        """Whose usage it is what they ask for: the user's, or the key's."""
        kind, _, id = self.actor.partition(":")
        return (id,) if kind == "user" else tuple(key.id for key in self.grants[0].key.chain())

    def apart(self) -> "Apart":
        """What finds the same asker in another state of the tree."""
        found = [(grant.key.digest, grant.facts, grant.appended) for grant in self.grants]
        return Apart(self.actor, tuple(found))


class Apart(NamedTuple):
    """An asker without anything of the tree."""

    actor: str
    grants: tuple[tuple[str, Facts, Appended], ...]

    def again(self, site: Any, moment: int) -> Identity | None:
        """The asker in the tree of `site` at `moment` (µs); None: nothing is left of its keys."""
        kind, _, id = self.actor.partition(":")
        if kind == "user" and getattr(site.users.get(id), "disabled", 0) is not None:
            return None
        grants = []
        for digest_, facts, appended in self.grants:
            key = site.key_index.get(digest_)
            if key is not None and not key.gone() and key.__parent__.in_tree:
                grants.append(Grant(key, replace(facts, moment=moment), appended))
        return Identity(self.actor, tuple(grants)) if grants else None
