"""The turn: of the threads that serve requests one at a time has it, and begins the next ones.

Python runs one thread at a time anyway, and threads that vie for that lose more time than they
gain. So one serves request after request, as long as each is quick; who begins to wait for a disk
or for another process gives the turn away first, and goes on beside the next one.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

ATTEND = "mserve.attend"
"""In the WSGI environ: how to wait for something else than the client (server/attendance.py)."""

_here = threading.local()


Aside = Callable[[], AbstractContextManager[None]]


def held_by(give: Callable[[], None], aside: Aside) -> None:
    """This thread serves requests; `give` is how it gives its turn away, if it has it, `aside` how
    another one is hired in its place meanwhile."""
    _here.give, _here.aside = give, aside


def give() -> None:
    """Before waiting for something slow. Nothing, in a thread that serves no requests."""
    function = getattr(_here, "give", None)
    if function is not None:
        function()


def aside() -> AbstractContextManager[None]:
    """Around waiting for what many may wait for at a time: it leaves none of the threads less."""
    function: Aside | None = getattr(_here, "aside", None)
    return nullcontext() if function is None else function()
