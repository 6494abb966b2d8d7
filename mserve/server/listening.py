"""Listening sockets: the inherited one, or one for each address of the ini."""

import os
import socket

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
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        found.append(socket.create_server((host, port), family=family, backlog=BACKLOG))
    return found
