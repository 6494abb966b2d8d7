"""The storage server: ZEO's, which also shows its clients the number of the newest transaction."""

from pathlib import Path
from typing import Any

from ZEO.StorageServer import StorageServer, ZEOStorage

from mserve import newest
from mserve.cli.commit_log import CommitLog
from mserve.cli.loads import Loads
from mserve.zeoclient import DIRECT, PLACE


class Server(StorageServer):  # type: ignore[misc]  # ZEO has no types
    """Serves one storage, named "1", on a Unix socket.

    ZEO answers a commit first, and sends the others their invalidations in the next turn of its
    loop. What is written here is there before the answer: `invalidate` is called by the storage's
    tpc_finish, whose return is what is answered.
    """

    def __init__(self, address: str, storage: Any, shown: Path, **options: Any) -> None:
        self.newest = newest.create(shown, storage.lastTransaction())
        super().__init__(address, {"1": storage}, **options)
        self.direct = str(shown.with_name("zeo-direct.sock"))
        loop = self.acceptor.event_loop
        self._loads = loop.run_until_complete(
            loop.create_unix_server(lambda: Loads(storage), self.direct)
        )

    def close(self) -> None:
        self._loads.close()
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

    def tpc_begin(self, *args: Any) -> None:
        """As ZEO's, with a log that is in memory."""
        former = self.txnlog
        super().tpc_begin(*args)
        if self.txnlog is not former:  # it was not begun already
            self.txnlog.close()
            self.txnlog = CommitLog()

    def get_info(self) -> dict[str, Any]:
        own = {PLACE: tuple(self.server.newest.place), DIRECT: self.server.direct}
        return {**super().get_info(), **own}
