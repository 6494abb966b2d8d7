"""Asker: who asks for what is done now, as a context variable tells the audit log (audit.py)."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import NamedTuple

Payer = tuple[str, ...]
"""Whose usage it is: the id of a key and of those that it was made from, or a user's."""


class Asker(NamedTuple):
    """Who asks: `key:<id>`, `user:<id>`, `task:<name>`, `system` or `nobody`; by which door.

    door: `rest`, `html`, `dav`, `task` or `cli`; address: the client's, if it is one;
    tokens: of locks (resources/lock.py), that the request has given; payer: nobody's if empty;
    over: is told which soft quotas are exceeded by what is asked for (resources/quota.py).
    """

    actor: str
    door: str
    address: str = ""
    tokens: frozenset[str] = frozenset()
    payer: Payer = ()
    over: set[str] | None = None


SYSTEM = Asker("system", "task")
COMMAND = Asker("system", "cli")
DOORS = ("rest", "html", "dav", "task", "cli")
_asker: ContextVar[Asker] = ContextVar("asker", default=SYSTEM)


@contextmanager
def asked_by(asker: Asker) -> Iterator[None]:
    """What is recorded meanwhile was asked for by `asker`."""
    token = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(token)


def asked_as(actor: str) -> AbstractContextManager[None]:
    """As `asked_by`, where it has turned out meanwhile who asks."""
    return asked_by(who_asks()._replace(actor=actor))


def who_asks() -> Asker:
    """Who asks at this moment."""
    return _asker.get()
