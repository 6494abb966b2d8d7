"""The fork server that the workers of a pool share: started before them, by the pool's parent.

multiprocessing has each process start one of its own, and asks the system as its parent whether it
still runs. A worker is not the parent of the pool's, so it looks at a descriptor that it has
inherited; where that says that the server has ended, it starts one of its own after all. The server
ends by itself with the last process that could ask it for anything.
"""

import os
import select
from multiprocessing import forkserver, resource_tracker
from typing import Any


class Shared(forkserver.ForkServer):
    """As multiprocessing's, in a process that may not have started it."""

    ended: int | None = None
    """A descriptor that can be read once the pool's server has ended; None: there is none."""

    def ensure_running(self) -> None:
        if self.ended is None:
            super().ensure_running()
        elif not select.select([self.ended], [], [], 0)[0]:
            resource_tracker.ensure_running()
        else:
            self.forget()
            super().ensure_running()

    def forget(self) -> None:
        """The pool's server has ended."""
        server: Any = self
        assert self.ended is not None
        for descriptor in (self.ended, server._forkserver_alive_fd):
            os.close(descriptor)
        self.ended = server._forkserver_alive_fd = None
        server._forkserver_address = server._forkserver_pid = None


def share() -> None:
    """Starts the server, for this process and those that it will fork.

    No signal may be blocked: the server would inherit that, and miss the ends of its children.
    """
    server: Any = forkserver._forkserver  # there is one a process
    server.__class__ = Shared
    server.ensure_running()
    server.ended = os.pidfd_open(server._forkserver_pid)
