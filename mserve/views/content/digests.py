"""Digests on request (RFC 9530): Want-Repr-Digest and Want-Content-Digest, and their answers."""

import re
from base64 import b64encode
from binascii import unhexlify

MEMBER = re.compile(r"([a-z*][a-z0-9_.*-]*)=([0-9]{1,3})(?:[ \t]*;.*)?")  # of RFC 8941


def wanted(field: str | None) -> list[str]:
    """The algorithms of a Want-… field, the most preferred first; those of weight 0 are left out.

    A field that is no dictionary of numbers is ignored whole (RFC 8941, 4.2).
    """
    weights: dict[str, int] = {}
    for part in field.split(",") if field else ():
        found = MEMBER.fullmatch(part.strip(" \t"))
        if found is None or int(found[2]) > 10:
            return []
        weights[found[1]] = int(found[2])
    return sorted((name for name, weight in weights.items() if weight), key=lambda n: -weights[n])


def answer(field: str | None, known: dict[str, str | None]) -> str | None:
    """The most wanted digest that is known, for Repr-Digest; known: algorithm to hex digits."""
    for name in wanted(field):
        if digits := known.get(name):
            return f"{name}=:{b64encode(unhexlify(digits)).decode()}:"
    return None
