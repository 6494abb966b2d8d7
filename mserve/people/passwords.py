"""Passwords: which are good enough, and argon2id hashes of them (RFC 9106)."""

import hmac
import secrets
import time
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from mserve import turn
from mserve.errors import BadInput

SHORTEST, LONGEST = 12, 256  # characters
GUESSES = 10**8
"""Fewer than these, as zxcvbn counts them, are too few: of a common password, or a likely one."""
LOOKED_AT = 72  # characters; zxcvbn takes no more
CACHED = 60.0  # seconds
MOST = 1000  # in the cache
HASHER = PasswordHasher()
SEATS = BoundedSemaphore(2)
"""Each hash takes 64 MiB and a core for a while; others wait."""


def check_new(password: object, *own: str | None) -> str:
    """`password`, if it can be chosen; `own`: what an attacker would try first for this person.

    Raises BadInput. Anything goes that is long enough and not easily guessed (OWASP ASVS 5.0, 6.2).
    """
    if not isinstance(password, str) or not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"a password should have {SHORTEST} to {LONGEST} characters")
    words = [word for text in own if text for word in (text, *text.replace("@", " ").split())]
    found = zxcvbn(password[:LOOKED_AT], user_inputs=["mserve", *words])
    if found["guesses"] < GUESSES:
        reason = found["feedback"]["warning"] or "This password would be guessed soon."
        raise BadInput(f"{reason.rstrip('.')}; a few words that do not belong together are better")
    return password


def hashed(password: str) -> str:
    """The argon2id hash of a password."""
    turn.give()
    with SEATS:
        return HASHER.hash(password)


def verify(known: str | None, password: str) -> bool:
    """Whether `known` is the hash of `password`; takes as long where there is none."""
    turn.give()
    with SEATS:
        try:
            possible = known is not None and len(password) <= LONGEST
            return HASHER.verify(known or _of_nobody(), password[:LONGEST]) and possible
        except (VerificationError, InvalidHashError):
            return False


def outdated(known: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(known)


@cache
def _of_nobody() -> str:
    """What nobody's password is compared with."""
    return HASHER.hash(secrets.token_urlsafe(32))


class Verified:
    """What was verified a moment ago, so that HTTP Basic does not pay for each request.

    Passwords are known by a digest under a secret of this process.
    """

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._until: dict[bytes, float] = {}

    def has(self, known: str, password: str) -> bool:
        return self._until.get(self._digest(known, password), 0.0) > time.monotonic()

    def add(self, known: str, password: str) -> None:
        if len(self._until) >= MOST:
            self._until.clear()
        self._until[self._digest(known, password)] = time.monotonic() + CACHED

    def _digest(self, known: str, password: str) -> bytes:
        text = f"{known}\0{password}".encode("utf-8", "replace")
        return hmac.digest(self._secret, text, "sha256")
