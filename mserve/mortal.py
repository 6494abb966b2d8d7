"""Mortal: a process that dies with its parent, however that dies."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)
LIBC = ctypes.CDLL(None)  # loaded here, as little may be done between a fork and its program


def die_with(parent: int) -> None:
    """To be called in a new process; `parent` is the process id of who made it (Linux).

    SIGKILL, as one that went on for a while would hold what the next start needs.
    """
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died in between
        os._exit(1)
