"""What is remembered from one call to the next, in the user's cache: unfinished uploads, digests.

No key is written, and no URL. All of it may be deleted at any time; then bytes are sent or read
once more.
"""

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from mserve.client.address import Address
from mserve.client.local import Check, LocalFile

KEPT = 2 * 86_400  # seconds; the server gives an idle upload up after a day
SETTLED = 2_000_000_000  # ns; a file may change twice within what its time stamp can tell


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/mserve`, by default `~/.cache/mserve`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "mserve"


def _private(folder: Path) -> Path:
    """The folder, made for its owner alone where it is not there."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


class Unfinished:
    """The id of the upload of one file to one place, as long as it is under way."""

    def __init__(self, folder: Path, file: LocalFile, target: Address, key: str | None) -> None:
        who = hashlib.sha256((key or "").encode()).hexdigest()
        told = json.dumps([target.root, target.names, who, file.identity])
        self.path = folder / "uploads" / hashlib.sha256(told.encode()).hexdigest()

    def load(self) -> str | None:
        try:
            return self.path.read_text(encoding="ascii") or None
        except (OSError, UnicodeDecodeError):
            return None

    def save(self, id: str) -> None:
        """What cannot be kept is not resumed, no more."""
        try:
            _private(self.path.parent)
            self._sweep()
            draft = self.path.with_suffix(f".{os.getpid()}")
            draft.write_text(id, encoding="ascii")
            draft.replace(self.path)
        except OSError:
            pass

    def forget(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            pass

    def _sweep(self) -> None:
        for path in self.path.parent.iterdir():
            if path.stat().st_mtime < time.time() - KEPT:
                path.unlink(missing_ok=True)


class Digests:
    """SHA-256 of local files by their identity, so that a second sync need not read them."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "digests.sqlite"
        self._lock = Lock()

    def sha256(self, file: LocalFile, check: Check) -> str:
        """In hex, from the cache or by reading the file; raises LocalFault."""
        key = json.dumps(file.identity)
        if (known := self._get(key)) is not None:
            return known
        now = time.time_ns()
        found = file.sha256(check)
        file.check_unchanged()
        if now - file.mtime_ns > SETTLED:
            self._put(key, found)
        return found

    @contextmanager
    def _table(self) -> Iterator[sqlite3.Connection]:
        _private(self._path.parent)
        with self._lock:
            table = sqlite3.connect(self._path, timeout=5)
            try:
                with table:
                    table.execute("create table if not exists d (file text primary key, sha text)")
                    yield table
            finally:
                table.close()

    def _get(self, key: str) -> str | None:
        try:
            with self._table() as table:
                row = table.execute("select sha from d where file = ?", [key]).fetchone()
        except (OSError, sqlite3.Error):
            return None  # a cache that cannot be used is none
        return str(row[0]) if row else None

    def _put(self, key: str, sha256: str) -> None:
        try:
            with self._table() as table:
                table.execute("insert or replace into d values (?, ?)", [key, sha256])
        except (OSError, sqlite3.Error):
            pass
