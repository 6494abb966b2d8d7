"""The storage server: ZEO's, which also shows its clients the number of the newest transaction."""

from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any
from weakref import WeakValueDictionary

from ZEO.asyncio.server import ServerProtocol
from ZEO.StorageServer import StorageServer, ZEOStorage
from ZODB.POSException import StorageTransactionError

from mserve import newest
from mserve.cli.commit_log import CommitLog
from mserve.cli.commits import Commits
from mserve.cli.loads import Loads
from mserve.commits import OWN
from mserve.zeoclient import COMMITS, DIRECT, PLACE


class Server(StorageServer):  # type: ignore[misc]  # ZEO has no types
    """Serves one storage, named "1", on a Unix socket.

    ZEO answers a commit first, and sends the others their invalidations in the next turn of its
    loop. What is written here is there before the answer: `invalidate` is called by the storage's
    tpc_finish, whose return is what is answered.
    """

    def __init__(self, address: str, storage: Any, shown: Path, **options: Any) -> None:
        self.newest = newest.create(shown, storage.lastTransaction())
        super().__init__(address, {"1": storage}, **options)
        self.sessions: WeakValueDictionary[str, Session] = WeakValueDictionary()
        self.direct = str(shown.with_name("zeo-direct.sock"))
        self.commits = str(shown.with_name("zeo-commit.sock"))
        self._others = [
            self._listen(self.direct, lambda: Loads(storage)),
            self._listen(self.commits, self._taking),
        ]

    def _listen(self, path: str, protocol: Callable[[], Any]) -> Any:
        loop = self.acceptor.event_loop
        return loop.run_until_complete(loop.create_unix_server(protocol, path))

    def _taking(self) -> Any:
        loop = self.acceptor.event_loop
        return ServerProtocol(loop, self.commits, Commits(self.sessions), False)

    def close(self) -> None:
        for each in self._others:
            each.close()
        super().close()

    def create_client_handler(self) -> "Session":
        return Session(self, self.read_only)

    def invalidate(self, session: Any, storage: str, transaction: bytes, oids: Any) -> None:
        self.newest.write(transaction)
        super().invalidate(session, storage, transaction, oids)


class Session(ZEOStorage):  # type: ignore[misc]  # ZEO has no types
    """What a client calls. One that asks what the storage can do is told where it can look.

    What a transaction stores is kept in memory until the vote (commit_log.py).
    """

    txnlog: Any = None

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.name = token_hex()

    def tpc_begin(self, *args: Any) -> None:
        """As ZEO's, with a log that is in memory."""
        former = self.txnlog
        super().tpc_begin(*args)
        if self.txnlog is not former:  # it was not begun already
            self.txnlog.close()
            self.txnlog = CommitLog()

    def notify_disconnected(self) -> None:
        self.server.sessions.pop(self.name, None)
        super().notify_disconnected()

    def finish(self, id: int) -> None:
        """As tpc_finish, which is told as it is to others, and marked as the client's own.

        Raises what the storage does, and where the transaction is not voted on.
        """
        if not (self._check_tid(id) and self.locked):
            raise StorageTransactionError("there is no vote on what should be finished")
        self.stats.commits += 1
        self.storage.tpc_finish(self.transaction, self._invalidate)
        told = [OWN, *self.invalidated]
        self.async_threadsafe("invalidateTransaction", self.storage.lastTransaction(), told)
        self._clear_transaction()

    def get_info(self) -> dict[str, Any]:
        self.server.sessions[self.name] = self
        own = {
            PLACE: tuple(self.server.newest.place),
            DIRECT: self.server.direct,
            COMMITS: (self.server.commits, self.name),
        }
        return {**super().get_info(), **own}
