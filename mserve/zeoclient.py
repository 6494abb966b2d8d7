"""The ZEO client: sees each commit that was answered before, and sends a transaction in one go."""

import os
from collections.abc import Callable, Iterable
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ZEO.ClientStorage import ClientStorage
from ZODB.blob import rename_or_copy_blob
from ZODB.utils import tid_repr
from zodburi.resolvers import ClientStorageURIResolver

from mserve import newest
from mserve.direct import Direct
from mserve.newest import Newest

PLACE = "mserve.newest"  # where a server tells, among its facts, which file shows the newest
DIRECT = "mserve.direct"  # and by which socket records can be had directly
PORT = 9991  # zodburi's default
MOST = 200  # calls that are gathered

Call = tuple[str, tuple[Any, ...]]
"""A method of the server and its arguments."""


class SyncedStorage(ClientStorage):  # type: ignore[misc]  # ZEO has no types
    """A ZEO client where a transaction sees every commit that was answered before it began.

    With `server_sync` alone each transaction begins with a round trip to the server, whose reply
    comes after all that the server has sent before. Where the server shows the number of its newest
    transaction (mserve/newest.py), that number is enough: ZEO has invalidated what the connections
    hold before it says that it has heard of a transaction, so if that is the newest, there is
    nothing to wait for. On other machines the round trip stays.

    What a transaction stores is gathered and handed to ZEO's own thread at once, before the vote:
    ZEO wakes that thread for each object, which costs more than the object.
    """

    newest: Newest | None = None
    direct: Direct | None = None
    gathered: list[Call] | None = None
    """What a transaction has called, while it has not voted; ZEO has one at a time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._async = self._gather  # ZEO calls what is of a transaction by this

    def notify_connected(self, connection: Any, info: dict[str, Any]) -> None:
        """A server is there, maybe another one than before; nobody can use it yet."""
        super().notify_connected(connection, info)
        self._oids: list[bytes] = []  # a server that begins anew gives them to others as well
        local = isinstance(connection.get_peername(), str)  # the path of a Unix socket
        self.newest = newest.find(info.get(PLACE)) if local else None
        self._end_direct()
        self.direct = Direct(info[DIRECT]) if local and DIRECT in info else None
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
        found = self._cache.loadBefore(oid, tid)
        if not found and self.direct is not None:
            found = self.direct.load(oid, tid)
        return found or self._server.load_before(oid, tid)

    def prefetch(self, oids: Iterable[bytes], tid: bytes) -> None:
        """Has them at hand for this thread, which is to load them next."""
        if self.direct is None:
            super().prefetch(oids, tid)
            return
        self.direct.fetch((oid for oid in oids if not self._cache.loadBefore(oid, tid)), tid)

    def close(self) -> None:
        super().close()
        self._end_direct()

    def _end_direct(self) -> None:
        if self.direct is not None:
            self.direct.close()

    def catch_up(self) -> None:
        """Waits until the client has heard of all that was committed before this call."""
        newest = self.newest
        known = newest is not None and newest.read() == self.lastTransaction()
        if not (known and self.is_connected()):
            self.ping()

    def tpc_begin(self, txn: Any, tid: Any = None, status: str = " ") -> None:
        super().tpc_begin(txn, tid, status)
        self.gathered = []

    def tpc_vote(self, txn: Any) -> Any:
        self._check_trans(txn, "tpc_vote")
        self._hand_over()
        return super().tpc_vote(txn)

    def tpc_abort(self, txn: Any, timeout: float | None = None) -> None:
        if self._commits(txn):
            self.gathered = None
        super().tpc_abort(txn, timeout)

    def _commits(self, txn: Any) -> bool:
        """Whether it is the one that commits now; others may be aborted meanwhile."""
        try:
            return txn.data(self) is not None
        except KeyError:
            return False

    def storeBlob(  # noqa: N802 - as ZODB calls it
        self, oid: bytes, serial: bytes, data: bytes, path: str, version: str, txn: Any
    ) -> None:
        """As ZEO's where the blobs' folder is shared, with fewer calls.

        The file lies beside the blobs already (resources/spool.py), so that nothing needs to be
        made in its place; and the server stores the object when it takes the file.
        """
        if not self.shared_blob_dir:
            super().storeBlob(oid, serial, data, path, version, txn)
            return
        self._check_trans(txn, "storeBlob")
        folder = self.fshelper.getPathForOID(oid, create=True)
        name = f"{tid_repr(serial)}{token_hex(8)}.tmp"  # as ZODB calls them, and its server wants
        rename_or_copy_blob(path, os.path.join(folder, name))
        self._gather("storeBlobShared", oid, serial, data, name, id(txn))

    def _gather(self, method: str, *args: Any) -> None:
        if self.gathered is None:
            self._server.async_(method, *args)
        else:
            self.gathered.append((method, args))
            if len(self.gathered) >= MOST:
                self._hand_over()
                self.gathered = []

    def _hand_over(self) -> None:
        """Raises ClientDisconnected."""
        calls, self.gathered = self.gathered, None
        if calls:
            self._async_iter(calls)


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
