"""Which files this process holds open; other tests' threads may open and close others meanwhile.
And which are locked."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path


def held_open(place: Path) -> list[str]:
    """The paths of `place`, or of what is below it, once for each open descriptor.

    A file that was removed while it is open counts too; the kernel marks its path as deleted.
    """
    real = str(place.resolve())
    return sorted(path for path in _paths() if path.removesuffix(" (deleted)") == real
                  or path.startswith(real + os.sep))  # fmt: skip


def _paths() -> list[str]:
    paths = []
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # closed since it was listed, as the listing's own is
            paths.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    return paths


def free(path: Path) -> bool:
    """Whether nobody has the lock."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
