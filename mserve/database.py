"""The tree's database: opened once a process, used in short transactions that are tried again."""

import os
import random
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import transaction
import zodburi
from transaction.interfaces import TransientError
from ZEO.ClientStorage import ClientStorage
from ZODB import DB
from zodburi.resolvers import ClientStorageURIResolver

from mserve import newest
from mserve.newest import Newest
from mserve.resources.site import Site
from mserve.settings import Settings

SITE = "mserve"
PLACE = "mserve.newest"  # where a server tells, among its facts, which file shows the newest
PORT = 9991  # zodburi's default
TURN = threading.Lock()
T = TypeVar("T")


class SyncedStorage(ClientStorage):  # type: ignore[misc]  # ZEO has no types
    """A ZEO client where a transaction sees every commit that was answered before it began.

    With `server_sync` alone each transaction begins with a round trip to the server, whose reply
    comes after all that the server has sent before. Where the server shows the number of its newest
    transaction (mserve/newest.py), that number is enough: ZEO has invalidated what the connections
    hold before it says that it has heard of a transaction, so if that is the newest, there is
    nothing to wait for. On other machines the round trip stays.
    """

    newest: Newest | None = None

    def notify_connected(self, connection: Any, info: dict[str, Any]) -> None:
        """A server is there, maybe another one than before; nobody can use it yet."""
        super().notify_connected(connection, info)
        local = isinstance(connection.get_peername(), str)  # the path of a Unix socket
        self.newest = newest.find(info.get(PLACE)) if local else None
        if self.server_sync:
            self.sync = self.catch_up

    def catch_up(self) -> None:
        """Waits until the client has heard of all that was committed before this call."""
        newest = self.newest
        known = newest is not None and newest.read() == self.lastTransaction()
        if not (known and self.is_connected()):
            self.ping()


class SyncedZEO(ClientStorageURIResolver):  # type: ignore[misc]  # zodburi has no types
    """`zeosync:///socket?…`: zodburi's `zeo:`, and ZEO's `server_sync`, which that one leaves out.

    So a revoked key is revoked, a pushed job is there.
    """

    _int_args = (*ClientStorageURIResolver._int_args, "server_sync")

    def __call__(self, uri: str) -> tuple[Callable[[], Any], dict[str, str]]:
        parts = urlsplit(uri.replace("zeosync", "http", 1))
        path = os.path.normpath(parts.path)
        address = (parts.hostname or "", parts.port or PORT) if parts.netloc else path
        options, others = self.interpret_kwargs(dict(parse_qsl(parts.query)))
        return lambda: SyncedStorage(address, **options), others


resolve_zeosync = SyncedZEO()


def open_database(settings: Settings) -> DB:
    """The database that the settings name. Open it after a fork, never before."""
    factory, options = zodburi.resolve_uri(settings.database)
    return DB(factory(), **options)


def site_of(connection: Any) -> Site:
    """The Site of an open connection's database."""
    site: Site = connection.root()[SITE]
    return site


def run(db: DB, action: Callable[[Site], T], *, attempts: int = 10) -> T:
    """What `action(site)` returns, done in a short transaction of its own.

    On a conflict it is tried again with a jittered pause; the last conflict is raised.
    """
    return run_root(db, lambda root: action(root[SITE]), attempts=attempts)


def run_root(db: DB, action: Callable[[Any], T], *, attempts: int = 10) -> T:
    """As `run`, with the database's root mapping, which may have no Site yet."""
    manager = transaction.TransactionManager(explicit=True)
    connection = db.open(manager)
    try:
        return attempt(manager, lambda: action(connection.root()), attempts=attempts)
    finally:
        connection.close()


def attempt(manager: Any, action: Callable[[], T], *, attempts: int = 10) -> T:
    """What `action()` returns, committed by `manager`; on a transient error tried again.

    The threads of a process take turns: they would only conflict, as commits follow each other
    anyway, and the interpreter runs one of them at a time.
    """
    for number in range(1, attempts + 1):
        try:
            with TURN:
                manager.begin()
                result = action()
                manager.commit()
            return result
        except TransientError:
            manager.abort()
            if number == attempts:
                raise
            pause(number)
        except BaseException:
            manager.abort()
            raise
    raise AssertionError("attempts is at least 1")


def pause(number: int) -> None:
    """Waits a random while, longer after each conflict: up to 2^number ms, at most 0.25 s."""
    time.sleep(random.uniform(0, min(0.25, 0.002 * 2**number)))
