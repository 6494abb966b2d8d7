"""Group commit: changes that wait at the same moment in one process are committed as one.

Who comes while nobody leads, leads: it makes its own change and those of all who wait, one after
the other in one transaction, and commits once. Meanwhile the next ones gather, and the first of
them leads next. So a lone client waits for nobody, and many share what a commit costs: the round
trips, the waiting for the disk, the objects that all of them write.

The processes of one machine take turns, too (mserve/taking_turns.py): a group that met another
would have to be made again.

A change that fails is taken out, and made alone by its own thread; so are all, where the group's
commit does not succeed. What is told to each is then its own matter alone.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import transaction
from ZODB.POSException import ConflictError
from ZODB.utils import z64

from mserve import turn
from mserve.conflicts import GROUP, TALLY
from mserve.counts import COUNTS
from mserve.database import TURN, pause, site_of
from mserve.resources.ids import together
from mserve.resources.loading import prefetch
from mserve.resources.site import Site
from mserve.taking_turns import MachineLock
from mserve.transfers import MONITOR

log = logging.getLogger(__name__)
T = TypeVar("T")
MOST = 32  # changes in one transaction
GROUPS, SIZES = "group", (1, 2, 4, 8, 16, 32)
"""Record of groups that were committed, counted by how many changes they had."""
TRIES = 3  # of a group that met other processes' changes; its members then have their own


class Member:
    """A change that waits. `woken` is set once it is `committed`, is to be made alone, or leads."""

    def __init__(self, change: Callable[[Site], Any], apart: bool) -> None:
        self.change, self.apart = change, apart
        self.woken = threading.Event()
        self.leads = False
        self.committed = False
        self.result: Any = None


class Spoilt(Exception):
    """A member's change has failed, and the transaction with it."""

    def __init__(self, member: Member) -> None:
        self.member = member


class Group:
    """The changes of one process to the database `db`; `lock` is that of all processes here."""

    def __init__(self, db: Any, lock: MachineLock) -> None:
        self.db, self.lock = db, lock
        self._guard = threading.Lock()
        self._waiting: deque[Member] = deque()
        self._led = False
        self._connection: Any = None
        self._shared: Sequence[Any] = ()
        """What the last group changed: the next one will, and another process has meanwhile."""

    def run(self, change: Callable[[Site], T], alone: Callable[[], T], *, apart: bool = False) -> T:
        """What `change(site)` returns once it is committed with others; else what `alone()` does.

        `change` is called by any thread, perhaps several times; of the objects of the tree it may
        use those below the site that it is given, and return none. apart: it is committed as one
        that has no others with it, as they need not be undone with it.
        """
        turn.give()  # it waits for the storage now, or for others who do
        member = Member(change, apart)
        if not self._enter(member):
            member.woken.wait()
        if member.leads:
            self._lead()
        return member.result if member.committed else alone()

    def _enter(self, member: Member) -> bool:
        """Whether the member leads."""
        with self._guard:
            self._waiting.append(member)
            member.leads, self._led = not self._led, True
            return member.leads

    def _lead(self) -> None:
        """Commits the changes of all who wait, and wakes them and the next leader."""
        members: list[Member] = []
        try:
            with TURN, self.lock.held() as let_go:
                members = self._take()
                self._commit(members, let_go)
        finally:
            for member in members:
                member.woken.set()
            self._pass_on()

    def _take(self) -> list[Member]:
        with self._guard:
            taken = [self._waiting.popleft()]
            while self._waiting and len(taken) < MOST and _together(taken[0], self._waiting[0]):
                taken.append(self._waiting.popleft())
            return taken

    def _pass_on(self) -> None:
        with self._guard:
            self._led = bool(self._waiting)
            if self._led:
                self._waiting[0].leads = True
                self._waiting[0].woken.set()

    def _commit(self, members: Sequence[Member], let_go: Callable[[], None]) -> None:
        """Commits as many of the changes as go together; the others are left as they are."""
        left = [*members]
        tries = 0
        while left and tries < TRIES:
            try:
                self._try(left, let_go)
                return
            except Spoilt as spoilt:
                left.remove(spoilt.member)
            except ConflictError as fault:
                TALLY.note(fault)
                tries += 1
                pause(tries)
            except Exception as fault:
                log.info("a group of %d is committed one by one: %r", len(left), fault)
                self._forget_connection()
                return

    def _try(self, members: Sequence[Member], let_go: Callable[[], None]) -> None:
        """One transaction of all the changes, after which other processes may have theirs."""
        connection = self._connect()
        manager = connection.transaction_manager
        try:
            manager.begin().addAfterCommitHook(_if_committed, (let_go,))
            prefetch(self._shared)
            with together():
                results = [make(member, site_of(connection)) for member in members]
            self._shared = changed(connection)
            manager.commit()
        except BaseException:
            manager.abort()
            raise
        TALLY.committed(GROUP)
        MONITOR.closedConnection(connection)  # it stays open
        COUNTS.observe(GROUPS, SIZES, len(members))
        for member, result in zip(members, results, strict=True):
            member.result, member.committed = result, True

    def _connect(self) -> Any:
        """The connection that all groups use: what the last ones wrote is in its cache.

        Its manager is not explicit, or the database could not be closed while it is open.
        """
        if self._connection is None:
            self._connection = self.db.open(transaction.TransactionManager())
        return self._connection

    def _forget_connection(self) -> None:
        """After an unknown fault the next group starts with another one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.close()


def _together(first: Member, other: Member) -> bool:
    return not (first.apart or other.apart)


def make(member: Member, site: Site) -> Any:
    """What the member's change returns; raises Spoilt, or a conflict as it is."""
    try:
        return member.change(site)
    except ConflictError:
        raise
    except Exception as fault:
        raise Spoilt(member) from fault


def _if_committed(committed: bool, let_go: Callable[[], None]) -> None:
    if committed:
        let_go()


def changed(connection: Any) -> Sequence[Any]:
    """The objects that were there before, and that the transaction has changed."""
    return [each for each in connection._registered_objects if each._p_serial != z64]
