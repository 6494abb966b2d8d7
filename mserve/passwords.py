"""Passwords: kept as Argon2id hashes (RFC 9106), verified, and verified again without the cost."""

import hmac
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from secrets import token_bytes

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mserve import turn
from mserve.errors import MserveError

HASHER = PasswordHasher()
SEATS = 2 if (os.cpu_count() or 1) > 2 else 1
"""Each hash takes 64 MiB and two cores for a while; others wait."""
NICENESS = 10
"""More than that of requests, with which hashes share the processors."""
LONGEST_ROW = 8  # strangers who wait for a seat
KEPT = 1024  # verified ones in memory
LASTS = 300.0  # seconds
_secret = token_bytes(32)
_known: OrderedDict[bytes, float] = OrderedDict()
_guard = threading.Lock()
_strangers = threading.BoundedSemaphore(SEATS + LONGEST_ROW)


class Busy(MserveError):
    """So many passwords wait to be looked at that one more is not; it counts for nothing."""

    def __init__(self) -> None:
        super().__init__("too many people are logging in just now; please try again in a moment")


def _give_way() -> None:
    """On Linux each thread has a niceness of its own, which those that it begins inherit."""
    os.nice(NICENESS)


_seats = ThreadPoolExecutor(SEATS, "password", _give_way)


@contextmanager
def row(stranger: bool) -> Iterator[None]:
    """Around a guess: of strangers so many may wait at a time, those who are known always may.

    Raises Busy.
    """
    if not stranger:
        yield
        return
    if not _strangers.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _strangers.release()


def hashed(password: str) -> str:
    """What is kept of it: salted, with its parameters, in the format of the reference code."""
    with turn.aside():
        return _seats.submit(HASHER.hash, password).result()


def fits(kept: str, given: str) -> bool:
    """Whether `given` is the password of which `kept` is the hash, at the whole cost."""
    with turn.aside():
        try:
            return _seats.submit(HASHER.verify, kept, given).result()
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
