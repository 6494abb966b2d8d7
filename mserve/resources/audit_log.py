"""The audit log: what `audit.record` adds, a week in each part, so that old ones go whole.

An Entry holds the events of one transaction. Within a part entries are in shards by the process
that made them, newest first, and an index leads from a node to its later entries; the first one is
named by the node itself, which is written then anyway. So an upload writes one record and one
bucket, which no other process writes. Nothing is ever changed.
"""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from BTrees.IOBTree import IOBTree
from persistent import Persistent

from mserve.resources import clock
from mserve.resources.audit import Stored
from mserve.resources.audit_keys import moment_of, new_key, number_of
from mserve.resources.changes import Changes
from mserve.resources.index import Index, Timeline, Transit, newest_first
from mserve.resources.loading import prefetch
from mserve.resources.per_transaction import PerTransaction

LANES = SHARDS = 8  # of the index of nodes
MOST = 100  # events in an entry
PAGE = 100  # entries that are loaded at once


class Entry(Persistent):  # type: ignore[misc]  # persistent has no types
    """Events that were committed together. Its key tells when (µs), and orders newest first."""

    events: tuple[Stored, ...] = ()

    def __init__(self, key: str) -> None:
        self.key = key

    @property
    def time(self) -> int:
        return moment_of(self.key)


class Entries(Timeline, Transit):
    """Entries by their keys: those of a process beside each other."""


class Part(Persistent):  # type: ignore[misc]  # persistent has no types
    """A week of the log: `entries` by key, and `nodes`, whose keys are `<node>-<entry>`.

    Those are in lanes by the process that writes, as several may be at one node. `changes` leads
    from a service to the entries that tell of what is in it now; None: nothing told so far.
    """

    changes: Changes | None = None

    def __init__(self) -> None:
        self.entries = Entries()
        self.nodes = tuple(Transit(SHARDS) for _ in range(LANES))
        self.changes = Changes()

    def page(self, after: str) -> list[Entry]:
        """The next entries that are older than the key `after`."""
        found = [entry for _, entry in self.entries.page(PAGE, after)]
        prefetch(found)
        return found

    def enter(self, id: str, key: str) -> None:
        """The entry has an event about the node `id`."""
        lane = Index.place(key.partition("-")[2]) % LANES
        self.nodes[lane][f"{id}-{key}"] = None

    def changes_of(self, id: str, until: str) -> Iterator[Entry]:
        """The entries with changes in a service, newest first, down to the key `until`."""
        keys = iter(()) if self.changes is None else self.changes.of(id, until)
        while page := [*islice(keys, PAGE)]:
            found = [self.entries[key] for key in page]
            prefetch(found)
            yield from found

    def of(self, id: str, after: str) -> Iterator[Entry]:
        """The entries that the index has for a node, older than `after`, or that very one."""
        for key in heapq.merge(*(lane.beginning(f"{id}-", after) for lane in self.nodes)):
            entry = self.entries.get(key.partition("-")[2])
            if entry is not None:
                yield entry


class AuditLog(PerTransaction):
    """One per site, `site.audit`. `parts` are by week, counted backwards."""

    def __init__(self) -> None:
        self.parts = IOBTree()

    def note(self, event: Stored) -> Entry:
        """The transaction's entry, with `event` added."""
        entry: Entry | None = self.of_transaction()
        if entry is None or len(entry.events) >= MOST:
            entry = self._begin(new_key(clock.now()))
            self.remember(entry)
        entry.events = (*entry.events, event)
        return entry

    def note_once(self, key: str, events: Sequence[Stored]) -> bool:
        """Adds an entry that was made elsewhere, with its key; False where it is there already."""
        if self.find(key) is not None:
            return False
        entry = self._begin(key)
        entry.events = tuple(events)
        return True

    def index(self, id: str, key: str) -> None:
        """The entry has an event about the node `id`."""
        self.part(moment_of(key)).enter(id, key)

    def index_change(self, id: str, key: str) -> None:
        """The entry tells of a change in the service `id`."""
        part = self.part(moment_of(key))
        if part.changes is None:
            part.changes = Changes()
        part.changes.enter(id, key)

    def concern(self, id: str) -> None:
        """What the transaction has recorded is a change in the service `id`."""
        if (entry := self.of_transaction()) is not None:
            self.index_change(id, entry.key)

    def changes_of(self, id: str, since: int) -> Iterator[Entry]:
        """The entries with changes in the service `id` since that time (µs), newest first."""
        for part in self._parts("", since):
            yield from part.changes_of(id, newest_first(since, "~"))

    def _begin(self, key: str) -> Entry:
        entry = Entry(key)
        self.part(entry.time).entries[key] = entry
        return entry

    def holds(self, entry: Entry) -> bool:
        return self.find(entry.key) is entry

    def part(self, moment: int) -> Part:
        """The part of that time (µs); it is made where there is none yet."""
        number = number_of(moment)
        found: Part | None = self.parts.get(number)
        if found is None:
            found = self.parts[number] = Part()
        return found

    def find(self, key: str) -> Entry | None:
        """The entry of that key, if it is still kept."""
        part = self.parts.get(number_of(moment_of(key)))
        return None if part is None else part.entries.get(key)

    def newest(self, after: str) -> Iterator[Entry]:
        """All entries older than the key `after`, newest first."""
        for part in self._parts(after):
            while page := part.page(after):
                yield from page
                after = page[-1].key

    def of(self, node: Any, after: str) -> Iterator[Entry]:
        """Those about one node, newest first, from the key `after` on."""
        for part in self._parts(after, node.created):
            yield from part.of(node.id, after)
        first = self.find(node.entered) if node.entered else None
        if first is not None and first.key >= after:
            yield first

    def _parts(self, after: str, oldest: int = 0) -> Iterator[Part]:
        begin = number_of(moment_of(after)) if after else None
        return (part for _, part in self.parts.items(begin, number_of(oldest)))

    def drop(self, moment: int) -> int:
        """Lets go of the parts that end before `moment` (µs); returns how many."""
        old = [*islice(self.parts.keys(min=number_of(moment), excludemin=True), MOST)]
        for number in old:
            del self.parts[number]
        return len(old)
