"""Ids: 32 hex digits at random. Those that one transaction makes begin alike.

So they lie together in each index, and a transaction that stores many files writes few parts of it;
two transactions write in different places.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex

ALIKE = 8  # digits
_beginning: ContextVar[str] = ContextVar("beginning", default="")


def new_id() -> str:
    """An id that nothing else has."""
    beginning = _beginning.get()
    return beginning + token_hex(16)[len(beginning) :]


@contextmanager
def together() -> Iterator[None]:
    """Has the ids that are made meanwhile begin alike, and unlike all others."""
    token = _beginning.set(token_hex(ALIKE // 2))
    try:
        yield
    finally:
        _beginning.reset(token)
