"""Blobs: how they take a file that lies beside them, and where theirs lies."""

from os import listdir
from pathlib import Path
from typing import Any
from weakref import finalize

from ZODB.blob import BLOB_SUFFIX, Blob


def taking(path: str) -> Blob:
    """A new Blob whose data is the file `path`; that goes with the Blob if it is not committed.

    Blob.consumeFile() would move the file into the system's folder for temporary files, since a
    new Blob knows no storage yet, and the commit from there: two copies of all bytes where that is
    another file system.
    """
    blob = Blob()
    blob._p_blob_uncommitted = path
    finalize(blob, Path(path).unlink, missing_ok=True).atexit = False
    return blob


def lying(blob: Blob) -> str | None:
    """The file of a committed blob, found without its record, which would have to be loaded.

    A blob's bytes never change here, so there is one file in its folder. Where there are others, as
    a storage server was killed and has given the id again, the record tells which one it is.
    """
    helper = _helper_of(blob._p_jar.db().storage) if blob._p_jar is not None else None
    if helper is None:
        return None
    folder = helper.getPathForOID(blob._p_oid)
    try:
        found = [name for name in listdir(folder) if name.endswith(BLOB_SUFFIX)]
    except FileNotFoundError:
        return None
    return f"{folder}/{found[0]}" if len(found) == 1 else None


def _helper_of(storage: Any) -> Any:
    """What knows the paths of a storage's blobs: ZODB's FilesystemHelper, or None."""
    return getattr(getattr(storage, "blobhelper", storage), "fshelper", None)
