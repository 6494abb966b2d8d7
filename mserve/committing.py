"""Committing: how the ZEO client commits: all that a transaction stores is sent in one go."""

import os
from collections.abc import Callable, Iterable
from secrets import token_hex
from typing import Any

from ZEO.ClientStorage import ClientStorage
from ZODB.blob import rename_or_copy_blob
from ZODB.utils import tid_repr

from mserve.commits import Call, Commits, Finishing, is_own
from mserve.recent import Recent

MOST = 200  # calls that are gathered
STORES = frozenset({"storea", "storeBlobShared"})


class Committing(ClientStorage):  # type: ignore[misc]  # ZEO has no types
    """A ZEO client where a transaction is handed over at once, as it votes.

    That is done directly where the server takes `commits` so (mserve/commits.py), else by ZEO's own
    thread, which ZEO wakes for each object. What is committed directly is not put into ZEO's cache,
    for which one would have to wait, but among the `recent` records.
    """

    commits: Commits | None = None
    gathered: list[Call] | None = None
    """What a transaction has called, while nothing of it was sent; ZEO has one at a time."""
    finishing: Finishing | None = None
    """How the transaction ends that was voted on directly."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.recent = Recent()
        super().__init__(*args, **options)
        self._async = self._gather  # ZEO calls what is of a transaction by these
        self._call = self._ask

    def notify_disconnected(self) -> None:
        """The server is lost, and nothing will be told of what was committed last."""
        super().notify_disconnected()
        self.recent.clear()
        if (finishing := self.finishing) is not None:
            finishing.lost()

    def tpc_finish(self, txn: Any, f: Callable[[bytes], Any] = lambda _: None) -> Any:
        """As ZEO's; `f` is called with the transaction's number before others know that."""
        finishing, commits = self.finishing, self.commits
        if finishing is None or commits is None:
            return super().tpc_finish(txn, self._after_clearing(f))
        finishing.then = f
        try:
            self._check_trans(txn, "tpc_finish")
            commits.finish(id(txn))
            return finishing.number()
        finally:
            self.finishing = None
            self.tpc_end(txn)

    def _after_clearing(self, then: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
        """`then`, once no recent record is left: ZEO does not tell what this client itself has
        written by ZEO's way."""

        def clear(number: bytes) -> Any:
            self.recent.clear()
            return then(number)

        return clear

    def invalidateTransaction(self, tid: bytes, oids: Iterable[bytes]) -> None:  # noqa: N802 - ZEO's
        """News of what was committed, by others or by this client."""
        for oid in oids:
            self.recent.drop(oid)
        if is_own(oids) and (finishing := self.finishing) is not None:
            for oid, data in finishing.records.items():
                self.recent.put(oid, data, tid)
            finishing.told(tid, self._cache)
        else:
            super().invalidateTransaction(tid, oids)

    def tpc_abort(self, txn: Any, timeout: float | None = None) -> None:
        if self._commits(txn):
            self.gathered = self.finishing = None
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
            self._hand_over()
            super().storeBlob(oid, serial, data, path, version, txn)
            return
        self._check_trans(txn, "storeBlob")
        folder = self.fshelper.getPathForOID(oid, create=True)
        name = f"{tid_repr(serial)}{token_hex(8)}.tmp"  # as ZODB calls them, and its server wants
        rename_or_copy_blob(path, os.path.join(folder, name))
        self._gather("storeBlobShared", oid, serial, data, name, id(txn))

    def _gather(self, method: str, *args: Any) -> None:
        if method == "tpc_begin":
            self.gathered, self.finishing = [], None
        if self.gathered is None:
            self._server.async_(method, *args)
        else:
            self.gathered.append((method, args))
            if len(self.gathered) >= MOST:
                self._hand_over()

    def _hand_over(self) -> None:
        """What is called from now on is sent at once. Raises ClientDisconnected."""
        calls, self.gathered = self.gathered, None
        if calls:
            self._async_iter(calls)

    def _ask(self, method: str, *args: Any, **options: Any) -> Any:
        if method == "vote" and self.gathered and self.commits is not None:
            calls, self.gathered = self.gathered, None
            self.finishing = finishing = Finishing()
            resolved = self.commits.vote(calls)
            finishing.records = stored(calls, resolved or ())
            return resolved
        if method == "vote":
            self._hand_over()
        return self._server.call(method, *args, **options)


def stored(calls: Iterable[Call], resolved: Iterable[bytes]) -> dict[bytes, bytes]:
    """What was stored, by the ids of the objects, but what the server has `resolved` otherwise."""
    changed = {*resolved}
    steps = (args for name, args in calls if name in STORES)
    return {oid: data for oid, _, data, *_ in steps if oid not in changed}
