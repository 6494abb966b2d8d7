"""The ZEO client: sees each commit that was answered before, and loads by the shorter way."""

import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from zodburi.resolvers import ClientStorageURIResolver

from mserve import newest
from mserve.commits import Commits
from mserve.committing import Committing
from mserve.direct import Direct
from mserve.newest import Newest

PLACE = "mserve.newest"  # where a server tells, among its facts, which file shows the newest
DIRECT = "mserve.direct"  # and by which socket records can be had directly
COMMITS = "mserve.commits"  # and by which one transactions are taken, with the session's name
PORT = 9991  # zodburi's default


class SyncedStorage(Committing):
    """A ZEO client where a transaction sees every commit that was answered before it began.

    With `server_sync` alone each transaction begins with a round trip to the server, whose reply
    comes after all that the server has sent before. Where the server shows the number of its newest
    transaction (mserve/newest.py), that number is enough: ZEO has invalidated what the connections
    hold before it says that it has heard of a transaction, so if that is the newest, there is
    nothing to wait for. On other machines the round trip stays.
    """

    newest: Newest | None = None
    direct: Direct | None = None

    def notify_connected(self, connection: Any, info: dict[str, Any]) -> None:
        """A server is there, maybe another one than before; nobody can use it yet."""
        super().notify_connected(connection, info)
        self._oids: list[bytes] = []  # a server that begins anew gives them to others as well
        local = isinstance(connection.get_peername(), str)  # the path of a Unix socket
        self.newest = newest.find(info.get(PLACE)) if local else None
        self._end_direct()
        self.direct = Direct(info[DIRECT]) if local and DIRECT in info else None
        self.commits = Commits(*info[COMMITS]) if local and COMMITS in info else None
        if self.server_sync:
            self.sync = self.catch_up

    def new_oid(self) -> bytes:
        """As ZEO's; what was asked of a server before it was lost is never used after.

        An id that another process got as well is told as a ValueError where its object is in the
        connection's cache, and the abort that follows disowns that object: a Content would be
        stored without its Blob.
        """
        while not (oids := self._oids):
            oids[:] = reversed(self._call("new_oids"))
        try:
            return oids.pop()
        except IndexError:  # another thread was faster
            return self.new_oid()

    def loadBefore(self, oid: bytes, tid: bytes) -> Any:  # noqa: N802 - as ZODB calls it
        """As ZEO's, by a shorter way where there is one."""
        found = self.recent.get(oid, tid) or self._cache.loadBefore(oid, tid)
        if not found and self.direct is not None:
            found = self.direct.load(oid, tid)
        return found or self._server.load_before(oid, tid)

    def prefetch(self, oids: Iterable[bytes], tid: bytes) -> None:
        """Has them at hand for this thread, which is to load them next."""
        if self.direct is None:
            super().prefetch(oids, tid)
            return
        known = (self.recent.get, self._cache.loadBefore)
        self.direct.fetch((oid for oid in oids if not any(at(oid, tid) for at in known)), tid)

    def notify_disconnected(self) -> None:
        super().notify_disconnected()
        self._end_direct()

    def close(self) -> None:
        super().close()
        self._end_direct()

    def _end_direct(self) -> None:
        for each in (self.direct, self.commits):
            if each is not None:
                each.close()

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
