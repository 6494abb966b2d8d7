"""Passwords of people: which are good enough, and whose they are."""

import re
import secrets
from functools import cache

from zxcvbn import zxcvbn

from mserve.errors import BadInput
from mserve.passwords import HASHER, fits, hashed

SHORTEST, LONGEST = 12, 256  # characters
GUESSES = 10**8
"""Fewer than these, as zxcvbn counts them, are too few: of a common password, or a likely one."""
TELLING = 4  # letters of a word, from which on it is told from others
COMMON = frozenset({"http", "https", "localhost"})
"""Words of an address that say nothing of this site."""
LOOKED_AT = 72  # characters; zxcvbn takes no more


def check_new(password: object, *own: str | None) -> str:
    """`password`, if it can be chosen; `own`: what an attacker would try first for this person
    at this site.

    Raises BadInput. Anything goes that is long enough and not easily guessed (OWASP ASVS 5.0, 6.2).
    """
    if not isinstance(password, str) or not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"a password should have {SHORTEST} to {LONGEST} characters")
    words = _words(*own)
    for word in words:
        if word in password.casefold():
            raise BadInput(f"a password should not have in it what is called so here: {word}")
    found = zxcvbn(password[:LOOKED_AT], user_inputs=[*words, *filter(None, own)])
    if found["guesses"] < GUESSES:
        reason = found["feedback"]["warning"] or "This password would be guessed soon."
        raise BadInput(f"{reason.rstrip('.')}; a few words that do not belong together are better")
    return password


def _words(*own: str | None) -> list[str]:
    """Those that say whose password it is, or where it is used (OWASP ASVS 5.0, 6.2.11)."""
    found = re.findall(r"[^\W_]+", " ".join(["mserve", *filter(None, own)]).casefold())
    return [word for word in found if len(word) >= TELLING and word not in COMMON]


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
