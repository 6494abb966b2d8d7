"""Hears which process is ready, where several answer on one socket and asking would not tell."""

import socket
from pathlib import Path


class Readiness:
    """The socket that a part's process tells it is ready (mserve/notify.py)."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)  # of an earlier run; the folder is held by this one
        self.path = path
        self.told = 0  # the process id that was last said to be ready
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(str(path))

    def missing(self, pid: int) -> str | None:
        """None once process `pid` has said that it is ready."""
        self.hear()
        return None if self.told == pid else "it has not told that it is ready"

    def hear(self) -> None:
        while True:
            try:
                lines = self.socket.recv(4096).decode(errors="replace").splitlines()
            except BlockingIOError:
                return
            told = dict(line.partition("=")[::2] for line in lines)
            if told.get("READY") == "1" and told.get("MAINPID", "").isdigit():
                self.told = int(told["MAINPID"])
