"""Site: the root of the tree, and the indexes over all of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from BTrees.Length import Length
from BTrees.OOBTree import OOBTree

from mserve.resources import unindexed
from mserve.resources.audit_log import AuditLog
from mserve.resources.deposit import Deposits
from mserve.resources.index import Index, Timeline, Transit
from mserve.resources.journal import Journal
from mserve.resources.mfile import Mfile
from mserve.resources.names import check_container_name
from mserve.resources.node import Branch, Node
from mserve.resources.provenance import unlink
from mserve.resources.series import Accounts
from mserve.resources.tellers import Tellers
from mserve.resources.users import Users


class Site(Branch):
    """One per database.

    `ids` maps a node's or job's id to it, `key_index` a secret's digest to its Key, `due` the ids
    of task runs that wait for a worker to their attempts (the outbox), `running` those that a
    worker has claimed, `active` the ids of jobs that have not ended,
    `expiring` what is in the trash, by the time when it goes for good, `uploads` the ids of
    files that come in pieces to their Uploads, `unindexed` what the catalogs do not know yet,
    `schedules` what starts by itself, by the time when it does next, `rounds` the ids of
    Rounds that have not ended to them, `derived` which files were made of which (see
    resources/provenance.py), `locked` what is locked, by its service, `reserved` the ids
    of empty files whose content is yet to come to them, `aside` documents that programs
    have under another name, by their folder and name, `users` the people who can log in, `audit`
    the log of what was decided, `deposits` which files came by keys that show their own files
    alone, `journal` what was consumed, `series` the same summed up, `tellers` how much is
    counted of the reads that web processes tell of, `payers` the Usage of those who pay and have
    quotas, by id, `warnings` the soft quotas that were exceeded, until it is told by mail, and
    `traces` how often something was reported in a service, by its id: the storage knows when.
    """

    type = "site"
    schema = 0
    nothing: Any = None
    """The Blob of empty files whose content is yet to come: to make one costs no file."""
    vaults: frozenset[str] = frozenset()
    """Those whose folders have been marked as this site's (mserve/vault.py), by name."""

    payers: Mapping[str, Any] = MappingProxyType({})
    journal: Any = None
    traces: Any = None
    """There are none yet in an old database, while it gets what it lacks (mserve/steps.py)."""

    def __init__(self) -> None:
        super().__init__()
        self.__name__ = ""
        self.ids = Index()
        self.key_index = Index()
        self.due = Transit()
        self.running = Transit()
        self.active = Transit()
        self.expiring = Timeline()
        self.uploads = Index()
        self.unindexed = Transit()
        self.schedules = Timeline()
        self.rounds = Timeline()
        self.derived = Transit()
        self.locked = Transit()
        self.reserved = Transit()
        self.aside = Transit()
        self.users = Users(self)
        self.audit = AuditLog()
        self.deposits = Deposits()
        self.journal = Journal()
        self.series = Accounts()
        self.tellers = Tellers()
        self.payers = OOBTree()
        self.warnings = Transit()
        self.traces = Index()

    def check_name(self, name: object) -> str:
        return check_container_name(name)

    def register(self, thing: Any) -> None:
        """Enters a node or job into the id index."""
        self.ids[thing.id] = thing

    def forget(self, node: Node) -> None:
        """Takes a node that leaves the tree out of the id index, and its keys out of use."""
        self.ids.discard(node.id)
        unlink(self, node)
        if node.type == "service":
            self.traces.discard(node.id)
        if isinstance(node, Mfile):
            node.forget_places(self)
            self.deposits.drop(node)
        for key in (node.keys or {}).values():
            for digest in key.digests():
                self.key_index.discard(digest)
            key.orphan()

    def expired(self, moment: int, limit: int) -> list[Any]:
        """Up to `limit` things in the trash whose time is over at `moment` (µs)."""
        page = self.expiring.page(limit)
        return [trashed for _, trashed in page if trashed.expires <= moment]

    def changed(self, node: Node, service: Any) -> None:
        """The catalog of `service` is to know of what `node` is by now."""
        unindexed.note(self, node, service)

    def trace(self, service: Node) -> None:
        """Has the history of the service (mserve/undo) know of this transaction."""
        if self.traces is None:
            return
        known = self.traces.get(service.id)
        if known is None:
            known = self.traces[service.id] = Length()
        if not known._p_changed:
            known.change(1)

    def run(self, id: str) -> Any:
        """The task run of that id, `<job>-<set>-<number>`, or None."""
        job_id, _, place = id.partition("-")
        job = self.ids.get(job_id)
        run = None if job is None else job.run(place)
        return run if run is not None and run.id == id else None
