"""Receipts: what a service says, and signs, of a file that was deposited with it.

`signature` is the HMAC-SHA256, in hex, of the other members as canonical JSON (RFC 8785: names in
order, nothing between), by a secret of the service that mserve alone has.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from mserve.seal import Seal

SIGNATURE = "signature"


def sign(seal: Seal, told: Mapping[str, Any]) -> dict[str, Any]:
    """The receipt that tells so; `told` has the service's id as `service`."""
    return {**told, SIGNATURE: _signatures(seal, told)[0]}


def verified(seal: Seal, receipt: Mapping[str, Any]) -> bool:
    """Whether it was signed here, and tells what it did then."""
    told = {name: value for name, value in receipt.items() if name != SIGNATURE}
    said = str(receipt.get(SIGNATURE, "")).encode()
    return any(hmac.compare_digest(said, each.encode()) for each in _signatures(seal, told))


def _signatures(seal: Seal, told: Mapping[str, Any]) -> list[str]:
    """By each of the seal's secrets, the present one first."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    secrets = seal.derive_all(f"receipt:{told['service']}")
    return [hmac.new(secret, text.encode(), "sha256").hexdigest() for secret in secrets]
