"""The web's listening socket. `mserve up` owns it, so that a restart of the web refuses nobody."""

import errno
import socket
from pathlib import Path
from urllib.parse import urlsplit

import plaster

from mserve.errors import MserveError

BACKLOG = 1024  # connections that wait while the web is started again
RUNNER = "egg:mserve#web"


def listen(ini: Path, port: int | None) -> socket.socket:
    """Listens where `[server:main]` says, on `port` if one is given (0: a free one).

    Raises MserveError, with what to do, if that address cannot be had.
    """
    host, written = address(ini)
    chosen = written if port is None else port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, chosen))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise MserveError(refusal(ini, host, chosen, error)) from error
    return listener


def refusal(ini: Path, host: str, port: int, error: OSError) -> str:
    used = error.errno == errno.EADDRINUSE
    why = "is in use by another program" if used else f"cannot be had: {error.strerror}"
    return (
        f"port {port} of {host} {why}; choose another one with --port N (0: any free one), "
        f"or change `listen` in [server:main] of {ini}"
    )


def address(ini: Path) -> tuple[str, int]:
    """Host and port that `[server:main]` of `ini` names."""
    lines = plaster.get_loader(str(ini), protocols=["wsgi"]).get_settings("server:main")
    if lines.get("use") != RUNNER:
        raise MserveError(f"{ini}: `mserve up` needs `use = {RUNNER}` in [server:main]")
    text = lines.get("listen") or f"{lines.get('host', '127.0.0.1')}:{lines.get('port', '6543')}"
    try:
        parts = urlsplit(f"//{text}")
        if not parts.hostname or not parts.port or parts.path:
            raise ValueError
    except ValueError:
        raise MserveError(
            f"{ini}: listen = {text} should be one host and port, such as 127.0.0.1:6543"
        ) from None
    return "0.0.0.0" if parts.hostname == "*" else parts.hostname, parts.port


def reachable(listener: socket.socket) -> tuple[str, int]:
    """Host and port by which this machine reaches the listener."""
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port
