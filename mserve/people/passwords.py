"""Passwords of people: which are good enough, and whose they are."""

import secrets
from functools import cache

from zxcvbn import zxcvbn

from mserve.errors import BadInput
from mserve.passwords import HASHER, fits, hashed

SHORTEST, LONGEST = 12, 256  # characters
GUESSES = 10**8
"""Fewer than these, as zxcvbn counts them, are too few: of a common password, or a likely one."""
LOOKED_AT = 72  # characters; zxcvbn takes no more


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


def verify(known: str | None, password: str) -> bool:
    """Whether `known` is the hash of `password`; takes as long where there is none."""
    possible = known is not None and len(password) <= LONGEST
    return fits(known or _of_nobody(), password[:LONGEST]) and possible


def outdated(known: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(known)


@cache
def _of_nobody() -> str:
    """What nobody's password is compared with."""
    return hashed(secrets.token_urlsafe(32))
