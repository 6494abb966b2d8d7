"""Links that set a password: signed, for one use, and not for long."""

from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from mserve.errors import Missing

RESET, INVITE = "reset", "invite"
LASTS = {RESET: 3600, INVITE: 72 * 3600}
"""Seconds for which a link of each kind lasts."""


def make(seal: Any, kind: str, user: Any) -> str:
    """The token of a link for `user`: it is used up when their sessions end, as by a password."""
    return str(_serializer(seal, kind).dumps([user.id, user.epoch]))


def read(seal: Any, users: Any, token: str) -> Any:
    """The user whose link it is; raises Missing where it is none, too old, or used."""
    for kind, lasts in LASTS.items():
        try:
            id, epoch = _serializer(seal, kind).loads(token, max_age=lasts)
        except BadSignature:
            continue
        user = users.get(id)
        if user is not None and user.disabled is None and user.epoch == epoch:
            return user
    raise Missing("this link was used, or is too old; ask for a new one")


def _serializer(seal: Any, kind: str) -> URLSafeTimedSerializer:
    key = seal.derive("links that set a password")
    return URLSafeTimedSerializer(key, salt=kind, signer_kwargs={"key_derivation": "hmac"})
