"""Passwords: kept as Argon2id hashes (RFC 9106), verified, and verified again without the cost."""

import hmac
import time
from collections import OrderedDict
from secrets import token_bytes
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()
KEPT = 1024  # verified ones in memory
LASTS = 300.0  # seconds
_secret = token_bytes(32)
_known: OrderedDict[bytes, float] = OrderedDict()
_guard = Lock()


def hashed(password: str) -> str:
    """What is kept of it: salted, with its parameters, in the format of the reference code."""
    return HASHER.hash(password)


def verified(kept: str, given: str | None) -> bool:
    """Whether `given` is the password of which `kept` is the hash.

    A right one is remembered by a keyed digest, so that the next request is quick.
    """
    if given is None:
        return False
    name = hmac.digest(_secret, f"{kept}\0{given}".encode("utf-8", "surrogatepass"), "sha256")
    return _remembered(name) or _verify(kept, given, name)


def _verify(kept: str, given: str, name: bytes) -> bool:
    try:
        HASHER.verify(kept, given)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    with _guard:
        _known[name] = time.monotonic() + LASTS
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return True


def _remembered(name: bytes) -> bool:
    with _guard:
        return _known.get(name, 0.0) > time.monotonic()
