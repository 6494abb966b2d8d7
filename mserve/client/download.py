"""Fetching one file: to a temporary name beside its place, checked, then renamed.

The temporary name holds the SHA-256 that the server has told, so that what broke off is gone on
with by Range and If-Range (RFC 9110, 14) without anything else being remembered.
"""

import binascii
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from mserve.client.address import Address
from mserve.client.errors import (
    Answered,
    BadAnswer,
    LocalFault,
    Mismatch,
    Unreachable,
    of_response,
)
from mserve.client.local import Digest, local_faults
from mserve.client.session import Session
from mserve.client.upload import Report

PART = re.compile(r"\.mserve-[0-9a-f]{12}-[0-9a-f]{64}\.part")
SHA256 = re.compile(r'(?:W/)?"([0-9a-f]{64})(?:-[a-z]+)?"')  # Apache adds -gzip
ACCEPTED = 202  # the bytes are on their way back from the archive
DIGEST = re.compile(r"\bsha-256=:([A-Za-z0-9+/=]+):")


class Download:
    """The fetch of one file to `path`, whose folder is there."""

    def __init__(self, session: Session, source: Address, path: Path, report: Report) -> None:
        self.session, self.source, self.path, self.report = session, source, path, report
        who = hashlib.sha256(f"{source.root}\0{source.names}\0{path.name}".encode()).hexdigest()
        self._prefix = f".mserve-{who[:12]}-"
        self.reached = 0

    def fetch(self) -> str:
        """The SHA-256 (hex) of what is at `path` now."""
        return self.session.patience(self._attempt, lambda: self.reached)

    def _attempt(self) -> str:
        begun = self._begun()
        headers = {"Accept": "*/*", "Want-Repr-Digest": "sha-256=9"}
        if begun is not None and (size := begun.stat().st_size):
            headers |= {"Range": f"bytes={size}-", "If-Range": f'"{_told_by(begun)}"'}
        try:
            return self._receive(headers, begun)
        except Answered as fault:
            if fault.status == 416 and begun is not None:
                return self._whole(begun)
            raise

    def _receive(self, headers: dict[str, str], begun: Path | None) -> str:
        url = self.source.facet("content")
        with self.session.stream("GET", url, headers=headers) as response:
            if response.status_code == ACCEPTED:
                response.read()
                raise of_response(response)
            sha256 = _sha256(response)
            start = _start(response)
            part = self.path.with_name(f"{self._prefix}{sha256}.part")
            if begun is not None and begun != part:
                begun.unlink(missing_ok=True)  # the file has changed since
            with _locked(part) as file:
                self._write(file, part, start, response)
                return self._end(part, sha256)

    def _write(self, file: int, part: Path, start: int, response: httpx.Response) -> None:
        """Appends the body to the `start` bytes that are there."""
        if os.fstat(file).st_size < start:
            raise Unreachable("another process was at the same file")
        self.digest = Digest(part)
        self.digest.read_to(start, self.session.patience.check)
        with local_faults(part):
            os.ftruncate(file, start)
            os.lseek(file, start, os.SEEK_SET)
        for block in response.iter_raw():
            self.session.patience.check()
            with local_faults(part):
                _write_all(file, block)
            self.digest.take(self.digest.size, block)
            self.reached = max(self.reached, self.digest.size)
            self.report(self.digest.size)

    def _whole(self, part: Path) -> str:
        """All was there already (416), or it is of no use."""
        self.digest = Digest(part)
        with _locked(part):
            self.digest.read_to(part.stat().st_size, self.session.patience.check)
            return self._end(part, _told_by(part))

    def _end(self, part: Path, sha256: str) -> str:
        with local_faults(self.path):
            if self.digest.hexdigest() != sha256:
                part.unlink()
                raise Mismatch("the bytes that came are not those that the server has")
            part.replace(self.path)
        return sha256

    def _begun(self) -> Path | None:
        """What an earlier attempt has left; the largest, where the file has changed between."""
        found = [
            each
            for each in self.path.parent.iterdir()
            if each.name.startswith(self._prefix) and PART.fullmatch(each.name)
        ]
        return max(found, key=lambda each: each.stat().st_mtime, default=None)


@contextmanager
def _locked(part: Path) -> Iterator[int]:
    """The file, made if need be, for one process at a time."""
    with local_faults(part):
        file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalFault("another process is fetching the same file") from None
        if not part.exists() or not os.path.samestat(part.stat(), os.fstat(file)):
            raise Unreachable("another process has fetched the same file just now")
        yield file
    finally:
        os.close(file)


def _told_by(part: Path) -> str:
    return part.stem[-64:]


def _write_all(file: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(file, rest) :]


def _sha256(response: httpx.Response) -> str:
    """The digest of the whole file: Repr-Digest (RFC 9530), else the ETag."""
    if found := DIGEST.search(response.headers.get("Repr-Digest", "")):
        return _hex(found.group(1))
    if found := SHA256.fullmatch(response.headers.get("ETag", "")):
        return found.group(1)
    raise BadAnswer("the server does not tell the digest of the file; is it mserve?")


def _hex(text: str) -> str:
    try:
        digest = binascii.a2b_base64(text)
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        raise BadAnswer("the server's Repr-Digest cannot be read")
    return digest.hex()


def _start(response: httpx.Response) -> int:
    """Where the body begins in the file."""
    if response.status_code != 206:
        return 0
    found = re.fullmatch(r"bytes (\d+)-\d+/\d+", response.headers.get("Content-Range", ""))
    if found is None:
        raise BadAnswer("the server's Content-Range cannot be read")
    return int(found.group(1))
