"""Whether each file beside the tree is one that the tree refers to.

A process that is killed in mid-commit leaves a blob whose transaction never was, or a temporary
file. Packing removes neither.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ZODB.POSException import POSKeyError

from mserve import database
from mserve.check.finding import Finding
from mserve.resources.chunks import PREFIX
from mserve.resources.partial import upload_of


def check(db: Any, age: float, repair: bool) -> Iterator[Finding]:
    """Files that nobody refers to and nobody has touched for `age` seconds."""
    storage = db.storage
    for file in _blobs(storage):
        if not _older(file, age):
            continue
        if file.suffix == ".tmp":
            yield _orphan(file, "a file that was to be a blob, of a commit that never was", repair)
        elif not _known(storage, file):
            yield _orphan(file, "no record of the tree refers to this blob", repair)
    uploads = database.run(db, lambda site: {id for id, _ in site.uploads.items()})
    for file in _temporary(Path(storage.temporaryDirectory())):
        if upload_of(file.name) in uploads:
            continue  # a client may be slow; the scheduler gives it up after a day
        if file.is_file() and not file.name.startswith(".") and _older(file, age):
            yield _orphan(file, "a temporary file that was left behind", repair)


def _temporary(folder: Path) -> Iterator[Path]:
    """All but the chunks of uploads, each of which the scheduler removes as a whole."""
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(PREFIX):
            yield from (path, *sorted(path.rglob("*")))


def _blobs(storage: Any) -> Iterator[Path]:
    for _, folder in storage.fshelper.listOIDs():
        for name in sorted(os.listdir(folder)):
            if name.endswith((".blob", ".tmp")):
                yield Path(folder, name)


def _known(storage: Any, file: Path) -> bool:
    """Whether the tree has a record of the blob's object as of the blob's transaction."""
    oid, tid = storage.fshelper.splitBlobFilename(str(file))
    try:
        storage.loadSerial(oid, tid)
    except POSKeyError:
        return False
    return True


def _older(file: Path, age: float) -> bool:
    try:
        return time.time() - file.stat().st_ctime >= age
    except FileNotFoundError:  # it was in use, and has gone its way
        return False


def _orphan(file: Path, what: str, repair: bool) -> Finding:
    if repair:
        file.unlink(missing_ok=True)
    return Finding("file", str(file), what, repair)
