"""THE WEB SERVER: HTTP/1.1 for one WSGI application, on the socket that `mserve up` hands down.

`use = egg:mserve#web` in `[server:main]`; options.py has the lines it takes. Why it is our own:
docs/decisions/0004. The parser is llhttp (httptools); added is what a content service needs:

- A body is read by the application, as it comes: it is written once, and who may not send it is
  answered before it is read. `100 Continue` is said when the application begins to read.
- A file leaves by sendfile(2), in the pace that its answer asks for, and holds no thread.
- SIGTERM finishes the requests at hand; with an inherited socket a restart refuses no connection.
- No path is logged: it may hold a key.
"""

import gc
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from mserve import notify
from mserve.server.listening import listeners
from mserve.server.options import Options
from mserve.server.server import Server

SWITCH = 0.0005  # seconds
"""Who has just heard from the disk or the storage is soon to go on: others wait for it."""
GARBAGE = 10_000
"""New objects that are left, after which Python looks for circles of them. By default 700."""


def serve(app: Any, global_conf: Mapping[str, str], **lines: str) -> int:
    """A `paste.server_runner`: serves `app` until SIGTERM, then finishes the requests at hand."""
    options = Options.parse(lines)
    getattr(app, "begin_counting", lambda: None)()
    server = Server(app, options, listeners(options))
    stop_on_signals(server)
    sys.setswitchinterval(SWITCH)
    settle_memory()
    notify.ready()
    server.run()
    return 0


def settle_memory() -> None:
    """What the application has made stays; what requests make goes mostly without a search."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


def stop_on_signals(server: Server) -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        """The first signal asks; a second one has the effect it has by default."""
        signal.signal(number, signal.SIG_DFL)
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
