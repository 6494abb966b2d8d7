"""The second factor: codes that change every 30 seconds (RFC 6238), and recovery codes."""

import secrets
import time
from hashlib import sha256
from typing import Any

import pyotp

CODES = 10
LETTERS = 24  # of 5 bits each
ISSUER = "mserve"
STEP = 30  # seconds
USED = "mserve:code:"
ACCEPTED = "mserve.code"  # in the WSGI environ
DRIFT = 1  # steps by which a clock may be off


def new_secret() -> str:
    """160 random bits in base32, as authenticators take them."""
    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """The otpauth URI for the authenticator of the user `name`."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def accepts(request: Any, user_id: str, secret: str, code: str) -> bool:
    """Whether `code` is of this moment and was not used before (RFC 6238, 5.2).

    An attempt of the request that is made again, after a conflict, has not used it before.
    """
    used = (user_id, digest(code))
    if request.environ.get(ACCEPTED) != used and _uses_up(request, user_id, secret, code):
        request.environ[ACCEPTED] = used
    return bool(request.environ.get(ACCEPTED) == used)


def _uses_up(request: Any, user_id: str, secret: str, code: str) -> bool:
    redis = request.registry.queues.redis
    digits = code.replace(" ", "")
    generator, now = pyotp.TOTP(secret), int(time.time())
    for drift in range(-DRIFT, DRIFT + 1):
        moment = now + drift * STEP
        if digits.isascii() and secrets.compare_digest(generator.at(moment), digits):
            key = f"{USED}{user_id}:{moment // STEP}"
            return bool(redis.set(key, 1, nx=True, ex=STEP * (2 * DRIFT + 2)))
    return False


def recovery_codes() -> list[str]:
    """Ten codes, each good for one login: 120 random bits, to be read aloud."""
    return [_grouped(pyotp.random_base32(32)[:LETTERS].lower()) for _ in range(CODES)]


def digest(code: str) -> str:
    """What is kept of a recovery code. So many random bits need no salt."""
    return sha256("".join(filter(str.isalnum, code.lower())).encode()).hexdigest()


def _grouped(text: str) -> str:
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))
