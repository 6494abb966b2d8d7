"""Listening sockets: the inherited one, or one for each address of the ini."""

import os
import socket
import stat
from pathlib import Path

from mserve.server.options import Options

LISTEN_FD = "MSERVE_LISTEN_FD"  # environment: the number of the listening socket's descriptor
BACKLOG = 1024  # connections that wait to be accepted


def listeners(options: Options) -> list[socket.socket]:
    """Raises OSError where an address cannot be had."""
    descriptor = os.environ.pop(LISTEN_FD, None)
    if descriptor is not None:
        return [socket.socket(fileno=int(descriptor))]
    found = []
    for host, port in options.listen:
        if host.startswith("/"):
            found.append(at_path(Path(host)))
            continue
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        found.append(socket.create_server((host, port), family=family, backlog=BACKLOG))
    return found


def at_path(path: Path) -> socket.socket:
    """A Unix socket that this user and group may write to; one that was left there is replaced."""
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o660)
    listener.listen(BACKLOG)
    return listener
