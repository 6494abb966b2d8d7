"""Names of reads: what a front is told of a read that it makes, so that its log tells whose it was.

A name says all that counting needs, and is signed: no state is kept for a read that is under way,
and what mserve has not named does not count. The front writes it into its log (mserve/front_log.py)
and never sends it to a client.
"""

import hmac
import json
import os
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from mserve.seal import Seal
from mserve.tasks.reads import Place

HEADER = "X-Mserve-Read"
PURPOSE = "reads that a front makes"
DEEPEST = 60
"""Ids in a place that a name may have; so a name is far shorter than the 4 KiB that nginx takes."""
ONCE, SIGNED = 12, 16  # bytes of what makes it unique, and of the signature


class NotNamed(ValueError):
    """It is no name that this site gave."""


class Named(NamedTuple):
    """What was read by whom, and the time from the request to mserve's answer (reads.PARTS)."""

    place: Place
    first: int


class ReadNames:
    """Gives names by a site's seal, and reads them."""

    def __init__(self, seal: Seal) -> None:
        self._secrets = seal.derive_all(PURPOSE)

    def name(self, named: Named) -> str:
        """Another one each time, in letters, digits, `-` and `_`."""
        told = zlib.compress(json.dumps(named, separators=(",", ":")).encode(), 1)
        unsigned = os.urandom(ONCE) + told
        signature = _signature(self._secrets[0], unsigned)
        return urlsafe_b64encode(signature + unsigned).decode().rstrip("=")

    def read(self, name: str) -> Named:
        """What `name` was given. Raises NotNamed."""
        try:
            data = urlsafe_b64decode(name + "=" * (-len(name) % 4))
        except ValueError as fault:
            raise NotNamed from fault
        signature, unsigned = data[:SIGNED], data[SIGNED:]
        if not any(_is_signed(each, signature, unsigned) for each in self._secrets):
            raise NotNamed
        (nodes, payer, mimetype), first = json.loads(zlib.decompress(unsigned[ONCE:]))
        return Named(Place(tuple(nodes), tuple(payer), mimetype), first)


def can_name(place: Place) -> bool:
    """Whether the name is short enough for a header that a front takes."""
    return len(place.nodes) + len(place.payer) <= DEEPEST


def _signature(secret: bytes, unsigned: bytes) -> bytes:
    return hmac.digest(secret, unsigned, "sha256")[:SIGNED]


def _is_signed(secret: bytes, signature: bytes, unsigned: bytes) -> bool:
    return hmac.compare_digest(_signature(secret, unsigned), signature)
