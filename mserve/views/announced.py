"""Digests that clients announce with their bytes; a mismatch stores nothing.

`Content-Digest` and `Repr-Digest` (RFC 9530), `Content-MD5` (RFC 1864) and `OC-Checksum` (of
ownCloud and Nextcloud), of a request or of a part of a form. Content codings are refused, so the
content is the representation, and all digests are of the same bytes. An algorithm costs only
where it is announced.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import new
from hmac import compare_digest

from mserve.errors import BadInput, DigestMismatch

ALGORITHMS = {"sha-256": "sha256", "sha-512": "sha512", "sha": "sha1", "md5": "md5"}
"""RFC 9530's names to hashlib's; the last two are no proof against malice. Others are ignored."""
MD5 = "Content-MD5"
CHECKSUM = "OC-Checksum"
OF_CONTENT = ("Content-Digest", MD5, CHECKSUM)
OF_WHOLE = ("Repr-Digest",)
"""The fields that tell of one message's bytes, and of the whole that several may make up."""
CHECKSUMS = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256"}
"""Those of ownCloud to hashlib's names. Others, as its ADLER32, are ignored."""
MEMBER = re.compile(r"\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):\s*(?:;.*)?")
EMPTY = {name: b64encode(new(known, b"", usedforsecurity=False).digest()).decode()
         for name, known in ALGORITHMS.items()}  # fmt: skip

Header = Callable[[str], str | None]
Plain = tuple[tuple[str, str, bytes], ...]


@dataclass(frozen=True)
class Expected:
    """One announced digest; `algorithm` as hashlib calls it, `fault` what other bytes raise."""

    field: str
    algorithm: str
    digest: bytes
    fault: type[DigestMismatch] = DigestMismatch


@dataclass(frozen=True)
class Announced:
    """All that was announced of some bytes."""

    expected: tuple[Expected, ...] = ()

    @classmethod
    def of(cls, header: Header, fields: tuple[str, ...] = (*OF_CONTENT, *OF_WHOLE)) -> "Announced":
        """What the headers announce; raises BadInput that says what would be right."""
        said = ((field, header(field)) for field in fields)
        return cls(
            tuple(each for field, text in said if text is not None for each in _said(field, text))
        )

    @classmethod
    def of_plain(cls, plain: Plain) -> "Announced":
        return cls(tuple(Expected(*each) for each in plain))

    @property
    def plain(self) -> Plain:
        """As the tree keeps it."""
        return tuple((each.field, each.algorithm, each.digest) for each in self.expected)

    def joined(self, later: "Announced") -> "Announced":
        """With what was announced later; raises BadInput where that is another digest."""
        known = {each.algorithm: each.digest for each in self.expected}
        for each in later.expected:
            if known.get(each.algorithm, each.digest) != each.digest:
                raise BadInput(f"another {each.algorithm} was announced; it cannot be changed")
        return Announced((*self.expected, *(e for e in later.expected if e.algorithm not in known)))

    @property
    def algorithms(self) -> frozenset[str]:
        """What is to be computed of the bytes."""
        return frozenset(each.algorithm for each in self.expected)

    def check(self, digests: Mapping[str, bytes]) -> None:
        """Raises DigestMismatch where the bytes have others than the announced digests."""
        for each in self.expected:
            found = digests[each.algorithm]
            if not compare_digest(found, each.digest):
                raise each.fault(
                    f"{each.field} announced {each.algorithm} {each.digest.hex()}, but that of "
                    f"the bytes that came is {found.hex()}; nothing was stored"
                )


def _said(field: str, text: str) -> Iterator[Expected]:
    if field == MD5:
        yield Expected(MD5, "md5", _decoded(MD5, "md5", text))
    elif field == CHECKSUM:
        yield from _checksums(text)
    else:
        yield from _digests(field, text)


def _digests(field: str, value: str) -> Iterator[Expected]:
    """The members of a dictionary of byte sequences (RFC 9651, 3.2) that are known here."""
    for member in value.split(",") if value.strip() else ():
        match = MEMBER.fullmatch(member)
        if match is None:
            raise BadInput(f"{field} should be for example sha-256=:{EMPTY['sha-256']}:")
        name, text = match.groups()
        if name in ALGORITHMS:
            yield Expected(field, ALGORITHMS[name], _decoded(field, name, text))


def _checksums(text: str) -> Iterator[Expected]:
    """`MD5:<hex>`, or several with blanks between."""
    for each in text.split():
        kind, colon, digits = each.partition(":")
        known = CHECKSUMS.get(kind.upper())
        size = known and 2 * new(known, usedforsecurity=False).digest_size
        if not colon or (size and not re.fullmatch(f"[0-9a-fA-F]{{{size}}}", digits)):
            raise BadInput(f"{CHECKSUM} should be for example MD5:{'0' * 32}, in hexadecimal")
        if known:
            yield Expected(CHECKSUM, known, bytes.fromhex(digits))


def _decoded(field: str, name: str, text: str) -> bytes:
    size = new(ALGORITHMS[name], usedforsecurity=False).digest_size
    try:
        digest = b64decode(text.strip() + "=" * (-len(text.strip()) % 4), validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != size:
        raise BadInput(f"{field}: {name} is {size} bytes in base64, for example {EMPTY[name]}")
    return digest
