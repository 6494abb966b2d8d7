"""Taking turns: the processes of one machine commit one after the other, as they would conflict.

What they write has much in common, so a group that another process was faster than is made again.
It only saves work: who has waited for too long, as the holder hangs, goes on without.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mserve.settings import Settings

PATIENCE = 1.0  # seconds
FILE = "web.lock"
"""In the data folder: which process of this machine commits what has come."""


class MachineLock:
    """Held by one process at a time, of those that have the file `path` in common.

    A process that ends, however it does, lets go of it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self, patience: float = PATIENCE) -> Iterator[Callable[[], None]]:
        """Waits for up to `patience` seconds; gives what lets go of it before the end."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        waits = ExitStack()
        if _at_once(descriptor):
            waits.callback(os.close, descriptor)
        else:
            wait = Wait(descriptor)
            waits.callback(wait.end)
            wait.granted.wait(patience)
        with waits:
            yield waits.close


def of_writers(settings: Settings) -> MachineLock:
    """That of those who commit uploads, of all processes of one machine with these settings."""
    return MachineLock(settings.data / FILE)


def _at_once(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Wait:
    """A thread that waits for the lock, as flock(2) knows no time limit.

    Whoever comes last closes the file: the thread, if nobody wants the lock any more.
    """

    def __init__(self, descriptor: int) -> None:
        self.granted = threading.Event()
        self._descriptor = descriptor
        self._guard = threading.Lock()
        self._over = False
        threading.Thread(target=self._wait, name="lock", daemon=True).start()

    def _wait(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        with self._guard:
            self.granted.set()
            if self._over:
                os.close(self._descriptor)

    def end(self) -> None:
        with self._guard:
            self._over = True
            if self.granted.is_set():
                os.close(self._descriptor)
