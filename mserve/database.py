"""The tree's database: opened once a process, used in short transactions that are tried again."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import transaction
import zodburi
from transaction.interfaces import TransientError
from ZODB import DB

from mserve.conflicts import TALLY
from mserve.resources.ids import together
from mserve.resources.site import Site
from mserve.settings import Settings
from mserve.transfers import MONITOR

SITE = "mserve"
TURN = threading.Lock()
ATTEMPTS = 10
T = TypeVar("T")


def open_database(settings: Settings) -> DB:
    """The database that the settings name. Open it after a fork, never before."""
    factory, options = zodburi.resolve_uri(settings.database)
    for number in range(1, ATTEMPTS):
        storage = factory()
        try:
            return _monitored(DB(storage, **options))
        except TransientError:  # another process is the first to open an empty one
            storage.close()
            pause(number)
    return _monitored(DB(factory(), **options))


def _monitored(db: DB) -> DB:
    db.setActivityMonitor(MONITOR)
    return db


def site_of(connection: Any) -> Site:
    """The Site of an open connection's database."""
    site: Site = connection.root()[SITE]
    return site


def run(db: DB, action: Callable[[Site], T], *, attempts: int = ATTEMPTS) -> T:
    """What `action(site)` returns, done in a short transaction of its own.

    On a conflict it is tried again with a jittered pause; the last conflict is raised.
    """
    return run_root(db, lambda root: action(root[SITE]), attempts=attempts)


def run_root(db: DB, action: Callable[[Any], T], *, attempts: int = ATTEMPTS) -> T:
    """As `run`, with the database's root mapping, which may have no Site yet."""
    manager = transaction.TransactionManager(explicit=True)
    connection = db.open(manager)
    try:
        return attempt(manager, lambda: action(connection.root()), attempts=attempts)
    finally:
        connection.close()


def attempt(manager: Any, action: Callable[[], T], *, attempts: int = ATTEMPTS) -> T:
    """What `action()` returns, committed by `manager`; on a transient error tried again.

    The threads of a process take turns: they would only conflict, as commits follow each other
    anyway, and the interpreter runs one of them at a time.
    """
    for number in range(1, attempts + 1):
        try:
            return _once(manager, action)
        except TransientError as fault:
            manager.abort()
            TALLY.note(fault)
            if number == attempts:
                raise
            pause(number)
        except BaseException:
            manager.abort()
            raise
    raise AssertionError("attempts is at least 1")


def _once(manager: Any, action: Callable[[], T]) -> T:
    with TURN:
        manager.begin()
        with together():
            result = action()
        manager.commit()
        TALLY.committed()
    return result


def pause(number: int) -> None:
    """Waits a random while, longer after each conflict: up to 2^number ms, at most 0.25 s."""
    time.sleep(random.uniform(0, min(0.25, 0.002 * 2**number)))
