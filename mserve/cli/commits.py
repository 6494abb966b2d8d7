"""What takes commits (mserve/commits.py) in the storage server."""

from collections.abc import Mapping, Sequence
from typing import Any

from mserve.commits import Call

STEPS = frozenset(
    {
        "tpc_begin", "storea", "storeBlobShared", "checkCurrentSerialInTransaction",
        "deleteObject", "restorea", "undoa",
    }
)  # fmt: skip
"""What a transaction may call before the vote."""


class Commits:
    """One client's socket, as ZEO's protocol calls it. Its first call says whose session it is.

    `sessions` are those that ZEO's connections have, by what names them.
    """

    methods = frozenset({"attach", "vote", "finish"})
    session: Any

    def __init__(self, sessions: Mapping[str, Any]) -> None:
        self.sessions = sessions

    def notify_connected(self, connection: Any) -> None:
        connection.methods = self.methods

    def notify_disconnected(self) -> None:
        """Nothing ends with it: who is cut off aborts by ZEO's connection, or loses that too."""

    def attach(self, name: str) -> None:
        self.session = self.sessions[name]

    def vote(self, calls: Sequence[Call]) -> Any:
        """Makes all steps, and votes. The first one begins the transaction."""
        for name, args in calls:
            if name not in STEPS:
                raise ValueError(f"{name} is no step of a transaction")
            getattr(self.session, name)(*args)
        return self.session.vote(calls[0][1][0])

    def finish(self, id: int) -> None:
        """A client whose transaction is not finished must not wait for it."""
        try:
            self.session.finish(id)
        except BaseException:
            self.session.connection.close()
            raise
