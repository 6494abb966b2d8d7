"""The data folder belongs to one `mserve up` at a time; what a killed one left is ended here."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import psutil

from mserve.errors import MserveError

MARK = "MSERVE_SUPERVISED"  # environment of all that runs under an `up`: its folder's mark


class FolderInUse(MserveError):
    """Another `mserve up` has the data folder."""


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Makes the folder if it is not there, and has it for oneself, until the end of this process.

    The lock is the kernel's (flock): it goes with the process, however that ends.
    Raises FolderInUse, and MserveError if the folder cannot be written to.
    """
    with _lock_file(data) as lock:
        _take(lock, data)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        end_leftovers(mark(data))
        os.environ[MARK] = mark(data)
        yield


def _lock_file(data: Path) -> TextIO:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return (data / "up.lock").open("a+")
    except OSError as error:
        raise MserveError(f"the data folder {data} cannot be used: {error.strerror}") from error


def _take(lock: TextIO, data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise FolderInUse(
            f"another `mserve up` (process {lock.read().strip()}) runs on {data}; "
            "stop it, or choose another folder with --data"
        ) from None


def mark(data: Path) -> str:
    """Names the folder across its names: its device and inode."""
    status = data.stat()
    return f"{status.st_dev}:{status.st_ino}"


def end_leftovers(marked: str) -> None:
    """Ends what outlived its supervisor on this folder: children of children, after a kill -9."""
    leftovers = [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and mark_of(process) == marked
    ]
    for process in leftovers:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(leftovers, timeout=10)


def mark_of(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(MARK))
    except (psutil.Error, OSError):  # another user's, or gone
        return ""
