"""Tells whoever started this process that it is ready: systemd or `mserve up`, sd_notify(3)."""

import os
import socket


def ready() -> None:
    """Sends `READY=1` and the process id to the socket in NOTIFY_SOCKET; nothing without one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        message = f"READY=1\nMAINPID={os.getpid()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
            telling.connect(address.replace("@", "\0", 1) if address[0] == "@" else address)
            telling.send(message.encode())
