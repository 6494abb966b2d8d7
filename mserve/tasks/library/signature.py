"""Signature: shows who sent a message and that nobody changed it, as Standard Webhooks 1.0 has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import time
from uuid import uuid4

from mserve.errors import TaskError

PREFIX = "whsec_"
SHORTEST = 16  # bytes; the specification recommends 24 to 64


def signed(content: bytes, secret: str) -> dict[str, str]:
    """The headers of a message, signed if there is a `secret`; raises TaskError for a bad one."""
    id, seconds = f"msg_{uuid4().hex}", int(time.time())
    headers = {"webhook-id": id, "webhook-timestamp": str(seconds)}
    if secret:
        headers["webhook-signature"] = signature(secret, id, seconds, content)
    return headers


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
