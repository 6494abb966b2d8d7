"""Attenuated keys: the holder of a key appends caveats to it without asking the server.

As macaroons do it (Birgisson et al., NDSS 2014): a token names its key by the digest of the secret,
and holds caveats and one signature, an HMAC chain over them that begins with a root which is made
of the secret. From a token one can make a narrower one, never the one before, and never the key.

    root = HMAC-SHA256(secret, "mserve attenuated key 1")
    signature 0 = HMAC-SHA256(root, digest);  signature n = HMAC-SHA256(signature n-1, caveat n)
    token = "m1." digest "." caveat 1 "." ... "." caveat n "." signature n

Digest, caveats (JSON objects) and signature are in base64url without padding (RFC 4648, 5).
"""

import binascii
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from mserve.errors import BadInput

VERSION = "m1"
PURPOSE = b"mserve attenuated key 1"
LONGEST = 4096  # characters of a token
MOST = 16  # caveats


@dataclass(frozen=True)
class Token:
    """What a token says; whether it is true, `signed_by` tells."""

    digest: str  # SHA-256 of the key's secret, in hex
    caveats: tuple[bytes, ...]
    signature: bytes

    @classmethod
    def parse(cls, text: str) -> "Token":
        """The token that `text` is; raises BadInput where it is none."""
        parts = text.split(".")
        if parts[0] != VERSION or not 4 <= len(parts) <= MOST + 3 or len(text) > LONGEST:
            raise BadInput("is no attenuated key, or has too many caveats")
        digest, *caveats, signature = map(_decoded, parts[1:])
        return cls(digest.hex(), tuple(caveats), signature)

    def signed_by(self, root: bytes) -> bool:
        """Whether the chain leads from the key's `root` to the signature."""
        return hmac.compare_digest(_chain(root, self.digest, self.caveats), self.signature)

    def name(self, number: int) -> str:
        """What the caveat of that number, and those before it, are counted by: 32 hex digits."""
        told = b"\0".join([bytes.fromhex(self.digest), *self.caveats[: number + 1]])
        return sha256(told).hexdigest()[:32]


def is_token(text: str) -> bool:
    return text.startswith(f"{VERSION}.")


def root_of(secret: str) -> bytes:
    """Where the chain of the key with that secret begins."""
    return hmac.digest(secret.encode(), PURPOSE, "sha256")


def append(text: str, caveats: Mapping[str, Any]) -> str:
    """The key or token `text`, narrowed by `caveats` in the words of REST.

    Raises BadInput where it would be too long.
    """
    caveat = json.dumps(caveats, separators=(",", ":"), sort_keys=True).encode()
    if is_token(text):
        token = Token.parse(text)
        digest, former, last = token.digest, token.caveats, token.signature
    else:
        digest, former = sha256(text.encode()).hexdigest(), ()
        last = _chain(root_of(text), digest, ())
    signature = hmac.digest(last, caveat, "sha256")
    parts = map(_encoded, (bytes.fromhex(digest), *former, caveat, signature))
    made = ".".join((VERSION, *parts))
    Token.parse(made)
    return made


def _chain(root: bytes, digest: str, caveats: Sequence[bytes]) -> bytes:
    signature = hmac.digest(root, bytes.fromhex(digest), "sha256")
    for caveat in caveats:
        signature = hmac.digest(signature, caveat, "sha256")
    return signature


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).decode().rstrip("=")


def _decoded(part: str) -> bytes:
    """One spelling of each token alone is one, or counters could be had anew."""
    try:
        found = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise BadInput("is no attenuated key: its parts are no base64url") from None
    if _encoded(found) != part:
        raise BadInput("is no attenuated key: a part of it is not spelt as it should be")
    return found
