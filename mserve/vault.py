"""Vault: a folder beside the data folder with verified copies of bytes, each named by its SHA-256.

A copy gets its name when it has been written, synced, read back and found right. The file
`mserve.site` in the folder, made by `mserve init`, holds the id of the site that it belongs to.
Without it nothing is written, as a disk that is not mounted looks like an empty folder.
"""

import errno
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from mserve.errors import TaskError

BACKUP, ARCHIVE = "backup", "archive"
NAMES = (BACKUP, ARCHIVE)
MARK = "mserve.site"
DRAFT = ".draft-"
COPY = re.compile(r"[0-9a-f]{64}")
BLOCK = 1 << 20  # bytes
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
SHUT = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
Tell = Callable[[int], None]  # is told how many bytes have been read since it was told last


class Vault:
    """The vault `name` (of NAMES) in `folder`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder

    @classmethod
    def find(cls, name: str, environment: Mapping[str, str] = os.environ) -> "Vault | None":
        """The vault whose folder the ini names; None where it names none."""
        folder = environment.get(f"MSERVE_{name.upper()}")
        return cls(name, Path(folder)) if folder else None

    @classmethod
    def demand(cls, name: str) -> "Vault":
        """As `find`; raises TaskError where there is none, or it is not there."""
        vault = cls.find(name)
        if vault is None:
            raise TaskError(f"there is no {name} here: the ini names no folder as mserve.{name}")
        if vault.owner() is None:
            raise TaskError(f"the folder of the {name} has no file {MARK}: is it mounted?")
        return vault

    def place(self, digest: str) -> Path:
        return self.folder / where(digest)

    def owner(self) -> str | None:
        """The id of the site that the folder belongs to; None where nobody has marked it."""
        try:
            return (self.folder / MARK).read_text().strip()
        except OSError:
            return None

    def mark(self, site: str) -> None:
        """Makes the folder the site's, by its id, if it is nobody's yet."""
        with suppress(FileExistsError), (self.folder / MARK).open("x") as file:
            file.write(f"{site}\n")
            file.flush()
            os.fsync(file.fileno())

    def take(self, source: Path, digest: str, tell: Tell) -> str:
        """Has a verified copy of the file `source`, whose SHA-256 is `digest`.

        Returns "made"; "there" if a sound copy was; "mended" if that was damaged, and made anew.
        Raises TaskError where the file or what was written is not sound, or there is no room.
        """
        place = self.place(digest)
        with self._told():
            damaged = place.exists()
            if damaged:
                os.utime(place)  # `mserve check` leaves alone what was asked for lately
                damaged = read_digest(place, tell) != digest
                if not damaged:
                    return "there"
            self._write(source, digest, place, tell)
        return "mended" if damaged else "made"

    def fetch(self, digest: str, target: Path, tell: Tell) -> None:
        """Writes the copy to the new file `target`. Raises TaskError where it is not sound."""
        try:
            with self.place(digest).open("rb") as file, target.open("xb") as made:
                found = _pump(file, made, tell)
        except FileNotFoundError as fault:
            raise TaskError(f"the {self.name} has no copy of these bytes") from fault
        if found != digest:
            raise TaskError(f"the copy in the {self.name} is damaged: its SHA-256 is {found}")

    def copies(self) -> Iterator[Path]:
        """All copies, and drafts that broke off."""
        for path in sorted(self.folder.glob("*/*/*")):
            if COPY.fullmatch(path.name) or path.name.startswith(DRAFT):
                yield path

    def _write(self, source: Path, digest: str, place: Path, tell: Tell) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=DRAFT, dir=place.parent)
        try:
            with source.open("rb") as file, open(descriptor, "wb") as made:
                found = _pump(file, made, tell)
                _settle(made)
            if found != digest:
                raise TaskError(f"the stored bytes are damaged: their SHA-256 is {found}")
            if (back := read_digest(Path(draft), tell)) != digest:
                raise TaskError(f"the {self.name} gives back other bytes, of SHA-256 {back}")
            os.replace(draft, place)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        for folder in (place.parent, place.parent.parent, self.folder):
            _sync(folder)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tells of a folder that takes no copy; nothing is left there then."""
        try:
            yield
        except OSError as fault:
            if fault.errno in FULL:
                raise TaskError(f"the {self.name} has no room for these bytes") from fault
            if fault.errno in SHUT:
                raise TaskError(f"the {self.name} cannot be written: {fault.strerror}") from fault
            raise


def where(digest: str) -> str:
    """The place of a copy in the folder of a vault."""
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def read_digest(path: Path, tell: Tell = lambda count: None) -> str:
    """The SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return _pump(file, None, tell)


def _pump(file: BinaryIO, made: BinaryIO | None, tell: Tell) -> str:
    """Reads all, writes it if there is where to; returns the SHA-256 (hex)."""
    digest = sha256()
    while block := file.read(BLOCK):
        digest.update(block)
        if made is not None:
            made.write(block)
        tell(len(block))
    return digest.hexdigest()


def _settle(made: BinaryIO) -> None:
    """Has the bytes on the disk, and no longer in memory, so that they are read from the disk."""
    made.flush()
    os.fchmod(made.fileno(), 0o440)
    os.fsync(made.fileno())
    os.posix_fadvise(made.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
