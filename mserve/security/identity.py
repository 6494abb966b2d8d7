"""Identity: who asks, as the chains of keys by which they may do something.

A presented key is one chain. Of an attenuated one (mserve/attenuation.py) each caveat that was
appended is one more link, after the key's own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from mserve import attenuation
from mserve.errors import BadInput
from mserve.resources import terms
from mserve.resources.caveats import Caveats, Facts
from mserve.resources.deposit import Depositor
from mserve.resources.key import Key, digest
from mserve.resources.roles import OWN_ONLY, Permission
from mserve.seal import Broken, Seal
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


def find(site: Any, secret: str, facts: Facts, seal: Seal | None) -> Identity | None:
    """Who presents `secret`; None where it is no key, or one that is revoked or out of the tree."""
    grant = (_attenuated if attenuation.is_token(secret) else _plain)(site, secret, facts, seal)
    if grant is None or grant.key.gone() or not grant.key.__parent__.in_tree:
        return None
    return Identity(f"key:{grant.key.id}", (grant,))


def _plain(site: Any, secret: str, facts: Facts, seal: Seal | None) -> Grant | None:
    key = _known(site, digest(secret), facts)
    return None if key is None else Grant(key, facts)


def _attenuated(site: Any, secret: str, facts: Facts, seal: Seal | None) -> Grant | None:
    try:
        token = attenuation.Token.parse(secret)
        key = _known(site, token.digest, facts)
        root = None if key is None else key.sealed_for(token.digest)
        if key is None or root is None or seal is None:
            return None
        if not token.signed_by(_opened(seal, root)):
            return None
        named = [(token.name(number), each) for number, each in enumerate(token.caveats)]
        appended = tuple((name, terms.parse(json.loads(each))) for name, each in named)
    except (BadInput, Broken, ValueError, RecursionError):
        return None
    return Grant(key, facts, appended)


def _known(site: Any, presented: str, facts: Facts) -> Key | None:
    key: Key | None = site.key_index.get(presented)
    return key if key is not None and key.knows(presented, facts.moment) else None


@lru_cache(4096)
def _opened(seal: Seal, sealed: bytes) -> bytes:
    return seal.open(sealed)
