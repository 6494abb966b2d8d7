"""Ids: 32 hex digits, most of them at random. Those that one transaction makes begin alike.

They begin with the process that made them, and then with when it did. So what a process enters in
an index lies beside what it entered last, in parts of the index that it has in memory and that no
other process writes. An id is no secret: keys are (resources/key.py).
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex

PROCESS = 2  # digits of who made it
MOMENT = 10  # digits of the millisecond; they begin anew after 34 years
_beginning: ContextVar[str] = ContextVar("beginning", default="")
_process = token_hex(1)


def new_id() -> str:
    """An id that nothing else has."""
    beginning = _beginning.get()
    return beginning + token_hex(16)[len(beginning) :]


@contextmanager
def together() -> Iterator[None]:
    """Has the ids that are made meanwhile begin alike, and unlike those of other processes."""
    token = _beginning.set(f"{_process}{_moment():0{MOMENT}x}")
    try:
        yield
    finally:
        _beginning.reset(token)


def _moment() -> int:
    return time.time_ns() // 1_000_000 % (1 << 4 * MOMENT)


def _choose() -> None:
    global _process
    _process = token_hex(1)


os.register_at_fork(after_in_child=_choose)
