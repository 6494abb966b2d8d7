"""What OpenID 2.0 has to remember, in Redis: secrets shared with providers, and used nonces.

Who knows such a secret could be anybody by it, so they are sealed.
"""

import time
from hashlib import sha256
from typing import Any

from openid.association import Association
from openid.store.interface import OpenIDStore

from mserve.seal import Broken, Seal

PREFIX = "mserve:openid2:"
WINDOW = 900  # seconds that an answer may be old, or two clocks differ


class Associations(OpenIDStore):  # type: ignore[misc]  # openid has no types
    """The store of python3-openid, which names the methods."""

    def __init__(self, redis: Any, seal: Seal) -> None:
        self.redis, self.seal = redis, seal

    def storeAssociation(self, server_url: str, association: Association) -> None:  # noqa: N802 - openid calls it so
        """Under its handle, and as the newest of the provider."""
        sealed = self.seal.seal(association.serialize())
        seconds = max(1, association.expiresIn)
        for handle in (association.handle, ""):
            self.redis.set(_key("association", server_url, handle), sealed, ex=seconds)

    def getAssociation(self, server_url: str, handle: str | None = None) -> Association | None:  # noqa: N802 - openid calls it so
        """None also where it was sealed by a secret that is not this site's any more."""
        sealed = self.redis.get(_key("association", server_url, handle or ""))
        try:
            return sealed and Association.deserialize(self.seal.open(sealed))
        except Broken:
            return None

    def removeAssociation(self, server_url: str, handle: str) -> bool:  # noqa: N802 - openid calls it so
        """Also as the newest, whose handle it may be."""
        newest = self.getAssociation(server_url)
        handles = (handle, "") if newest is not None and newest.handle == handle else (handle,)
        return bool(self.redis.delete(*(_key("association", server_url, each) for each in handles)))

    def useNonce(self, server_url: str, timestamp: int, salt: str) -> bool:  # noqa: N802 - openid calls it so
        """Whether this answer comes for the first time, and is fresh."""
        if abs(timestamp - time.time()) > WINDOW:
            return False
        key = _key("nonce", server_url, f"{timestamp} {salt}")
        return bool(self.redis.set(key, b"", nx=True, ex=2 * WINDOW + 60))


def _key(kind: str, *parts: str) -> str:
    return f"{PREFIX}{kind}:{sha256(chr(0).join(parts).encode()).hexdigest()}"
