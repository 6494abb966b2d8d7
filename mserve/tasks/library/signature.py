"""Signature: shows who sent a message and that nobody changed it, as Standard Webhooks 1.0 has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping
from uuid import uuid4

from mserve.errors import Refused, TaskError

PREFIX = "whsec_"
TOLERANCE = 300  # seconds
SHORTEST = 16  # bytes; the specification recommends 24 to 64


def signed(content: bytes, secret: str) -> dict[str, str]:
    """The headers of a message, signed if there is a `secret`; raises TaskError for a bad one."""
    id, seconds = f"msg_{uuid4().hex}", int(time.time())
    headers = {"webhook-id": id, "webhook-timestamp": str(seconds)}
    if secret:
        headers["webhook-signature"] = signature(secret, id, seconds, content)
    return headers


def check(headers: Mapping[str, str], content: bytes, secret: str) -> None:
    """Raises Refused where `content` was not signed with the secret, within five minutes of now."""
    id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id or not seconds.isdecimal() or abs(int(seconds[:15]) - time.time()) > TOLERANCE:
        raise Refused("webhook-id is missing, or webhook-timestamp is not of the last 5 minutes")
    right = signature(secret, id, int(seconds), content)
    given = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(right.encode(), each.encode()) for each in given):
        raise Refused("webhook-signature is not that of the message, by the secret of the task")


def signature(secret: str, id: str, seconds: int, content: bytes) -> str:
    """`seconds` are of the message's timestamp, since the epoch."""
    code = hmac.digest(_key(secret), f"{id}.{seconds}.".encode() + content, hashlib.sha256)
    return f"v1,{base64.b64encode(code).decode()}"


def _key(secret: str) -> bytes:
    """`whsec_` and base64, or else the text itself."""
    try:
        encoded = secret.removeprefix(PREFIX)
        key = base64.b64decode(encoded, validate=True) if encoded != secret else secret.encode()
    except binascii.Error:
        raise TaskError("the secret is not base64 after whsec_") from None
    if len(key) < SHORTEST:
        raise TaskError(f"the secret is shorter than {SHORTEST} bytes")
    return key
