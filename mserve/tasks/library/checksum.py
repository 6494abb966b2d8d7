"""The checksum task: a digest of the whole file, read in blocks."""

import hashlib
import zlib
from collections.abc import Callable
from typing import Literal, Protocol

from blake3 import blake3

from mserve.errors import TaskError
from mserve.tasks.outcome import Outcome
from mserve.tasks.registry import task
from mserve.tasks.source import Source

BLOCK = 1 << 20
BRIEF = 1 << 20  # bytes; some milliseconds

Algorithm = Literal["md5", "sha1", "sha256", "sha512", "blake3", "crc32"]


class Digest(Protocol):
    """What is fed the bytes."""

    def update(self, data: bytes, /) -> object: ...

    def hexdigest(self) -> str: ...


class Crc32:
    """zlib's CRC-32 (RFC 1952, section 8) in the manner of hashlib."""

    def __init__(self) -> None:
        self.value = 0

    def update(self, data: bytes) -> None:
        self.value = zlib.crc32(data, self.value)

    def hexdigest(self) -> str:
        return f"{self.value:08x}"


# Not used for security: they tell of accidents, and a FIPS build would refuse md5 otherwise.
ALGORITHMS: dict[str, Callable[[], Digest]] = {
    "md5": lambda: hashlib.md5(usedforsecurity=False),
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
    "blake3": blake3,
    "crc32": Crc32,
}


@task("checksum", timeout=6 * 3600, brief=BRIEF)
def checksum(source: Source, *, algorithm: Algorithm = "md5") -> Outcome:
    """Compute a checksum of the whole file."""
    found = digest(source, algorithm)
    facts = {"md5": found} if algorithm == "md5" else {}
    return Outcome({"algorithm": algorithm, "checksum": found}, facts)


def digest(source: Source, algorithm: str) -> str:
    """The digest of the whole file in hexadecimal digits; raises TaskError for no algorithm."""
    if algorithm not in ALGORITHMS:
        raise TaskError(f"unknown algorithm {algorithm!r}; known: {', '.join(ALGORITHMS)}")
    return _read(source, ALGORITHMS[algorithm]()).hexdigest()


def _read(source: Source, digest: Digest) -> Digest:
    done = 0
    with source.path.open("rb", buffering=0) as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            done += len(block)
            source.progress(done / max(source.size, done), f"{done} of {source.size} bytes")
    return digest
