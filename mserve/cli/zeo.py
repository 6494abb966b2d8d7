"""`mserve zeo`: the tree's storage server, ZEO over a FileStorage in the data folder."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click

from mserve.cli.common import configure, ini_argument
from mserve.errors import MserveError
from mserve.settings import Settings

ENDS = (signal.SIGTERM, signal.SIGINT)
LOCK_WAIT = 15.0  # seconds for a server that is just ending to let go of the file
VOTE_LIMIT = 60  # seconds a client may hold the commit lock before it is cut off
INVALIDATIONS = 10_000  # transactions remembered, so that a client's cache survives a short absence


@click.command()
@ini_argument
def zeo(ini: Path) -> None:
    """Serve the tree's database on a socket in the data folder.

    Files: Data.fs (the tree), blobs/ (the content), zeo.sock, zeo-direct.sock, zeo-commit.sock,
    zeo.newest.
    SIGTERM ends it.
    """
    serve(configure(ini))


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT; raises MserveError when another server holds the file."""
    import_resources()
    os.umask(0o077)  # the socket is all there is to keep other users from the tree
    storage = open_storage(settings.data)
    address = settings.data / "zeo.sock"
    with held_back():
        server = storage_server(address, storage)
        for number in ENDS:
            server.acceptor.event_loop.add_signal_handler(number, server.acceptor.event_loop.stop)
    try:
        server.acceptor.event_loop.run_forever()
    finally:
        address.unlink(missing_ok=True)  # before the file is let go, or it could be another's
        server.close()  # writes the index, which makes the next start quick


@contextmanager
def held_back() -> Iterator[None]:
    """Signals to end come afterwards: who sees the socket may send one before it is waited for."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def storage_server(address: Path, storage: Any) -> Any:
    """A StorageServer for `storage`, as storage "1" on the Unix socket `address`.

    Conflicts are resolved by this server, as it has mserve's classes; client-side resolution
    stays off, for it loses connections (assertion errors in ZEO 6).
    """
    from mserve.cli.storage import Server

    return Server(
        str(address),
        storage,
        address.with_name("zeo.newest"),
        client_conflict_resolution=False,
        invalidation_queue_size=INVALIDATIONS,
        transaction_timeout=VOTE_LIMIT,
    )


def open_storage(data: Path) -> Any:
    """The FileStorage in `data`; a server that is just ending is waited for."""
    from zc.lockfile import LockError
    from ZODB.FileStorage import FileStorage

    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    give_up = time.monotonic() + LOCK_WAIT
    while True:
        try:
            find_tree(data)
            return FileStorage(
                str(data / "Data.fs"),
                blob_dir=str(data / "blobs"),
                pack_keep_old=False,  # or packing would keep links to the blobs that it frees
            )
        except LockError:
            if time.monotonic() > give_up:
                raise MserveError(in_use(data)) from None
            time.sleep(0.1)


def find_tree(data: Path) -> None:
    """Sees to it that Data.fs is there, where there is content: a FileStorage that has to make the
    file removes all blobs.

    A pack that was killed between its two renames has left the packed file, complete, under its
    working name. Raises MserveError where there is none either, LockError where a server runs.
    """
    from zc.lockfile import LockFile

    file, packed = data / "Data.fs", data / "Data.fs.pack"
    lock = LockFile(f"{file}.lock")
    try:
        if not file.exists() and (data / "Data.fs.old").exists() and packed.exists():
            packed.rename(file)
        if not file.exists() and next((data / "blobs").rglob("*.blob"), None):
            raise MserveError(
                f"{file} is missing, and {data / 'blobs'} holds content: put the file back "
                "from its last copy, or move the folder away to begin anew"
            )
    finally:
        lock.close()


def in_use(data: Path) -> str:
    holder = (data / "Data.fs.lock").read_text().strip() or "unknown"
    return (
        f"{data / 'Data.fs'} is in use by another process ({holder}); "
        "stop that one, or choose another folder with mserve.data or --data"
    )


def import_resources() -> None:
    """Imports all persistent classes, or their `_p_resolveConflict` could not be called here."""
    package = import_module("mserve.resources")
    for module in iter_modules(package.__path__, "mserve.resources."):
        import_module(module.name)
