"""Passwords: kept as Argon2id hashes (RFC 9106), verified, and verified again without the cost."""

import hmac
import time
from collections import OrderedDict
from secrets import token_bytes
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mserve import turn

HASHER = PasswordHasher()
SEATS = BoundedSemaphore(2)
"""Each hash takes 64 MiB and a core for a while; others wait."""
KEPT = 1024  # verified ones in memory
LASTS = 300.0  # seconds
_secret = token_bytes(32)
_known: OrderedDict[bytes, float] = OrderedDict()
_guard = Lock()


def hashed(password: str) -> str:
    """What is kept of it: salted, with its parameters, in the format of the reference code."""
    turn.give()
    with SEATS:
        return HASHER.hash(password)


def fits(kept: str, given: str) -> bool:
    """Whether `given` is the password of which `kept` is the hash, at the whole cost."""
    turn.give()
    with SEATS:
        try:
            return HASHER.verify(kept, given)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False


def verified(kept: str, given: str | None) -> bool:
    """Whether `given` is the password of which `kept` is the hash.

    A right one is remembered, so that the next request is quick.
    """
    return given is not None and (remembered(kept, given) or _verify(kept, given))


def remembered(kept: str, given: str) -> bool:
    """Whether it was right a moment ago."""
    with _guard:
        return _known.get(name(kept, given), 0.0) > time.monotonic()


def remember(kept: str, given: str) -> None:
    """It was right: known for a while, by a keyed digest."""
    with _guard:
        _known[name(kept, given)] = time.monotonic() + LASTS
        while len(_known) > KEPT:
            _known.popitem(last=False)


def _verify(kept: str, given: str) -> bool:
    right = fits(kept, given)
    if right:
        remember(kept, given)
    return right


def name(kept: str, given: str) -> bytes:
    """What the pair is remembered by; of no use outside of this process."""
    return hmac.digest(_secret, f"{kept}\0{given}".encode("utf-8", "surrogatepass"), "sha256")
