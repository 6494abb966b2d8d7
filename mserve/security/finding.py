"""From a secret to the Identity of who presents it: a key, or one that was attenuated offline."""

import json
from functools import lru_cache
from typing import Any

from mserve import attenuation
from mserve.errors import BadInput
from mserve.resources import terms
from mserve.resources.caveats import Facts
from mserve.resources.key import Key, digest
from mserve.seal import Broken, Seal
from mserve.security.identity import Appended, Grant, Identity


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
        appended = _appended(token.digest, token.caveats)
    except (BadInput, Broken, ValueError, RecursionError):
        return None
    return Grant(key, facts, appended)


@lru_cache(4096)
def _appended(digest_: str, caveats: tuple[bytes, ...]) -> Appended:
    """What the caveats of a token say, which is the same whenever they are read; that they are
    signed, and that the key works, is seen at each request. Raises BadInput, ValueError."""
    token = attenuation.Token(digest_, caveats, b"")
    named = [(token.name(number), each) for number, each in enumerate(caveats)]
    return tuple((name, terms.parse(json.loads(each))) for name, each in named)


def _known(site: Any, presented: str, facts: Facts) -> Key | None:
    key: Key | None = site.key_index.get(presented)
    return key if key is not None and key.knows(presented, facts.moment) else None


@lru_cache(4096)
def _opened(seal: Seal, sealed: bytes) -> bytes:
    return seal.open(sealed)
