"""Ports for servers that have to be told theirs.

They are below those that Linux gives to who asks for any: between the choice and the server's start
no other process of the tests, and no client's connection, comes to have one.
"""

import random
import socket
from contextlib import closing
from itertools import islice
from pathlib import Path

FIRST = 20_000  # above those that browsers refuse
GIVEN = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_ports(count: int) -> list[int]:
    """Different ones, at which nobody listens."""
    ports = range(FIRST, max(FIRST + 1000, int(GIVEN.read_text().split()[0])))
    shuffled = random.sample(ports, len(ports))
    return list(islice(filter(is_free, shuffled), count))


def free_port() -> int:
    return free_ports(1)[0]


def is_free(port: int) -> bool:
    with closing(socket.socket()) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
