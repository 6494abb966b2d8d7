"""One transaction is taken back: whether it can be, and then its inverse."""

from collections.abc import Callable, Iterator
from typing import Any

from BTrees.Length import Length
from BTrees.OOBTree import OOTreeSet

from mserve.errors import Conflict, Refused
from mserve.resources import clock
from mserve.resources.folder import Folder
from mserve.resources.guard import need_change
from mserve.resources.job import Job
from mserve.resources.key import Key
from mserve.resources.mfile import Mfile
from mserve.resources.node import Branch, Node, depend_on
from mserve.resources.trash import Trashed
from mserve.undo.history import Entry
from mserve.undo.kinds import CHANGED, MADE, check_kind, put_back
from mserve.undo.records import Record, changed_since, written
from mserve.undo.reports import reported
from mserve.undo.trees import BUCKETS, TREES, Mapped, mapped

LATER = "later changes stand on it: {}"

May = Callable[[Node], bool]


def undo(site: Any, entry: Entry, may: May) -> None:
    """Takes back what the transaction did, in this one.

    may: whether who asks administers a node. Raises Conflict with what stands against it, Refused
    where it touched what they do not administer; then nothing is changed.
    """
    if not any(note.startswith(("key:", "user:")) for note in entry.notes):
        raise Conflict("it is a step of mserve's own work, which is not undone")
    found = Undoing(site, entry, written(site._p_jar, entry.tid))
    found.check(may)
    found.revert()


class Undoing:
    """A transaction, sorted by what is to be done about each of its records."""

    def __init__(self, site: Any, entry: Entry, records: list[Record]) -> None:
        self.site, self.tid = site, entry.tid
        self.records = records
        self.changed = [each for each in records if not each.made and _is(each, CHANGED)]
        self.made = [each for each in records if each.made and _is(each, MADE)]
        self.nodes = [each for each in (*self.changed, *self.made) if _is(each, (Node,))]
        self.homes = {home.id: home for home in self._homes()}
        holders: dict[str, Any] = {site.id: site}
        for node in (*self.homes.values(), *(each.thing for each in self.nodes)):
            holders |= {each.id: each for each in node.lineage()}
        parts = [each for each in records if _is(each, (*TREES, *BUCKETS))]
        self.counts = {id(each.count) for each in holders.values() if isinstance(each, Branch)}
        self.trees: list[Mapped] = mapped(parts, holders.values())

    def _homes(self) -> Iterator[Any]:
        """The nodes in which it did something: where nodes were and are, whose jobs they are."""
        for record in self.nodes:
            parents = [each.get("__parent__") for each in _states(record)]
            still = not record.made and parents[0] is parents[1]
            yield from (
                [record.thing]
                if still and isinstance(record.thing, Branch)
                else filter(None, parents)
            )
        for record in (*self.changed, *self.made):
            if _is(record, (Job, Trashed)):
                yield record.after.get("service") or record.after["__parent__"]

    def check(self, may: May) -> None:
        """Raises Conflict or Refused."""
        for record in self.records:
            check_kind(record)
        if any(isinstance(was, Key) for tree in self.trees for _, was, _ in tree.changes):
            raise Conflict("it ended keys, which never come back")
        if not self.homes:
            raise Conflict("it changed nothing that can be undone")
        for home in self.homes.values():
            self._check_place(home)
        self._check_locks()
        if not all(may(home) for home in self.homes.values()):
            raise Refused("it also changed what this key does not administer")
        self._check_later()
        for tree in self.trees:
            tree.check()

    def _check_place(self, home: Any) -> None:
        """The way to where it was is to be what it was then."""
        if not home.in_tree:
            raise Conflict(LATER.format("where it was has been removed"))
        depend_on(home.lineage())
        for node in home.lineage():
            if changed_since(node, self.tid):
                raise Conflict(LATER.format(f"{node.__name__ or 'the site'!r} has been changed"))

    def _check_locks(self) -> None:
        """Raises LockTokenMissing where a lock is on what it changed, or on where that is."""
        for thing in (*self.homes.values(), *(record.thing for record in self.nodes)):
            if thing.in_tree:
                need_change(thing)

    def _check_later(self) -> None:
        for record in self.changed:
            _check_same(record, self.tid)
        for record in self.made:
            if isinstance(record.thing, Job) and record.thing.outcome is None:
                raise Conflict("its job has not ended yet; wait for it, or cancel it")
            if isinstance(record.thing, Node):
                _check_same(record, self.tid)
                self._check_empty(record.thing)
        for record in self.records:
            if record.made and _is(record, (OOTreeSet, *TREES)) and record.later(self.tid):
                raise Conflict(LATER.format("more has been added to what it made"))

    def _check_empty(self, node: Node) -> None:
        """A folder that was made may hold what was made with it."""
        made = {id(record.thing) for record in self.made}
        if isinstance(node, Branch) and any(id(each) not in made for each in node.walk()):
            raise Conflict(LATER.format(f"{_name(node)!r} has got other content"))

    def revert(self) -> None:
        """Makes all as it was."""
        self._tell()
        for tree in self.trees:
            tree.revert()
        for record in self.records:
            foreign = isinstance(record.thing, Length) and id(record.thing) not in self.counts
            if not record.made and not foreign:
                put_back(record)
        made = {id(record.thing) for record in self.made}
        for record in self.made:
            if isinstance(record.thing, Node) and id(record.thing.__parent__) not in made:
                record.thing.__parent__ = None
        self._take_back_usage()
        self._tell()

    def _take_back_usage(self) -> None:
        """The journal gets the opposite of what it got; the figures have it already."""
        for entry in reported(self.records):
            self.site.journal.note(entry.taken_back(clock.now()))

    def _tell(self) -> None:
        """Has catalogs and copies look at the files and folders again, before and after."""
        for record in self.nodes:
            service = record.thing.find("service")
            if service is not None and isinstance(record.thing, Mfile | Folder):
                self.site.changed(record.thing, service)
                self.site.audit.concern(service.id)


def _check_same(record: Record, tid: bytes) -> None:
    if record.later(tid):
        raise Conflict(LATER.format(f"{_name(record.thing)!r} has been changed"))


def _states(record: Record) -> Iterator[Any]:
    return (each for each in (record.before, record.after) if each is not None)


def _is(record: Record, kinds: tuple[Any, ...]) -> bool:
    return isinstance(record.thing, kinds)


def _name(thing: Any) -> str:
    return str(getattr(thing, "__name__", None) or type(thing).__name__)
