"""The web server: waitress on the socket that `mserve up` hands down, or on one of its own.

`use = egg:mserve#web` in `[server:main]`. What it adds to `egg:waitress#main`: a restart refuses no
connection, SIGTERM finishes the requests at hand, large bodies are let through and spooled in the
data folder's file system, and no path (it may hold a key) is logged.
"""

import logging
import os
import signal
import socket
import tempfile
import time
from collections.abc import Mapping
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

from mserve import notify
from mserve.settings import Settings

LISTEN_FD = "MSERVE_LISTEN_FD"  # environment: the number of the listening socket's descriptor
DEFAULTS = {
    "asyncore_use_poll": "true",  # select() ends at descriptor 1024
    "channel_timeout": "120",
    "connection_limit": "1000",
    "ident": "",
    "max_request_body_size": str(1 << 50),  # 1 PiB: limits are the application's to set
    "threads": "8",
}
DRAIN = 20.0  # seconds that the requests at hand have after SIGTERM; `drain` in the ini


def serve(app: Any, global_conf: Mapping[str, str], **lines: str) -> int:
    """A `paste.server_runner`: serves `app` until SIGTERM, then finishes the requests at hand."""
    tempfile.tempdir = spool(global_conf["__file__"])
    logging.getLogger("waitress").addFilter(without_path)
    drain = float(lines.pop("drain", DRAIN))
    server = Server(app, {**DEFAULTS, **listening(lines)})
    server.stop_on_signals()
    notify.ready()
    server.run(drain)
    return 0


def spool(ini: str) -> str:
    """The folder for request bodies on their way: beside the content, where there is room."""
    folder = Settings.from_ini(ini).data / "tmp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(folder)


def listening(lines: dict[str, str]) -> dict[str, Any]:
    """The settings, with the inherited socket in place of an address if there is one."""
    descriptor = os.environ.pop(LISTEN_FD, None)
    if descriptor is None:
        return dict(lines)
    others = {name: text for name, text in lines.items() if name not in ("listen", "host", "port")}
    return {**others, "sockets": [socket.socket(fileno=int(descriptor))]}


def without_path(record: logging.LogRecord) -> bool:
    """Waitress logs the path of a request that failed; it may begin with `/k/<key>/`."""
    message, serving, _ = record.getMessage().partition(" while serving ")
    if serving:
        record.msg, record.args = f"{message} while serving a request", ()
    return True


class Server:
    """Waitress, with an end that loses no request."""

    def __init__(self, app: Any, adjustments: Mapping[str, Any]) -> None:
        self.sockets: dict[int, Any] = {}
        self.waitress = create_server(app, map=self.sockets, **adjustments)
        self.listeners = [s for s in self.sockets.values() if isinstance(s, BaseWSGIServer)]
        self.stopping = False

    def stop_on_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, number: int, _frame: FrameType | None) -> None:
        """The first signal asks; a second one has the effect it has by default."""
        signal.signal(number, signal.SIG_DFL)
        if not self.stopping:
            self.stopping = True
            self.listeners[0].pull_trigger()  # wakes poll()

    def run(self, drain: float) -> None:
        while not self.stopping:
            self.turn()
        for _ in range(2):  # accepts and reads what had already come
            self.turn(0)
        for listener in self.listeners:
            wasyncore.dispatcher.close(listener)  # not its own close(): threads need its trigger
        give_up = time.monotonic() + drain
        while self.close_idle() and time.monotonic() < give_up:
            self.turn()
        self.waitress.task_dispatcher.shutdown(timeout=1)
        if not self.waitress.task_dispatcher.threads:  # else one might still pull the trigger
            wasyncore.close_all(self.sockets)

    def turn(self, timeout: float = 1) -> None:
        wasyncore.loop(timeout=timeout, use_poll=True, map=self.sockets, count=1)

    def close_idle(self) -> list[HTTPChannel]:
        """Closes the connections with nothing on the way and returns the others."""
        channels = [s for s in self.sockets.values() if isinstance(s, HTTPChannel)]
        busy = [c for c in channels if c.requests or c.request or c.total_outbufs_len]
        for channel in channels:
            if channel not in busy:
                channel.handle_close()
        return busy
