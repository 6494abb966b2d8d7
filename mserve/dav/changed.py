"""Changed: where in a collection something came, went or became other (RFC 6578, 3.5).

The audit log tells it, by the paths of then. What is at these places now is looked up after, so
that what came and went again, or has been told already under another name, does no harm.
"""

import heapq
from collections.abc import Iterable, Iterator
from typing import Any

from mserve.dav.members import INFINITE, Member
from mserve.resources.actions import CHANGES, Action
from mserve.resources.audit import CUT, IDS, WIDTH
from mserve.resources.audit_pages import Event, id_of
from mserve.resources.clock import SECOND
from mserve.resources.node import Branch
from mserve.resources.snapshot import moment, written
from mserve.views.content.walk import Path, following

SLACK = 600 * SECOND  # µs by which clocks may differ and a transaction may last
MOST = 50_000  # changes that are told; of more the collection is to be read anew
COMES = frozenset({Action.CREATE, Action.RESTORE, Action.MOVE})
DEEP = frozenset({Action.RESTORE, Action.MOVE})
"""What comes with all that is below it."""


class Untold(Exception):
    """What has changed since then is not known any more."""


class Changed:
    """What has changed below `top` since the transaction of the number `since`.

    `paths`: where; `tops`: those of them where a whole tree came; `new`: those where nothing was.
    """

    def __init__(self, top: Any, since: bytes) -> None:
        """Raises Untold."""
        self.top, self.site = top, top.site
        self.paths: set[Path] = set()
        self.tops: set[Path] = set()
        self.new: dict[Path, bool] = {}
        self._left: list[tuple[Path, str]] = []
        for event in events(top, since):
            self._note(event)
        for path, id in self._left:
            self._note_former(path, id)

    def _note(self, event: Event) -> None:
        if event.action == Action.UNDO:
            raise Untold
        path = names_below(event, id_of(self.top))
        if path:
            self._touch(path, event.action in COMES)
            if event.action in DEEP:
                self.tops.add(path)
            if event.action == Action.REMOVE:
                self._left.append((path, event.ids[:WIDTH].hex()))
        if event.action == Action.MOVE and event.before is not None:
            self._note_left(event)

    def _touch(self, path: Path, comes: bool) -> None:
        self.paths.add(path)
        self.new.setdefault(path, comes)

    def _note_left(self, event: Event) -> None:
        """Where it was before it was moved; nothing, if what held it is not here any more."""
        before = event.before or {}
        above = path_to(self.top, self.site.ids.get(before["parent"]))
        if above is not None:
            path = (*above, str(before["name"]))
            self._touch(path, False)
            self._left.append((path, event.ids[:WIDTH].hex()))

    def _note_former(self, path: Path, id: str) -> None:
        """Another folder is where one was: what was in that one is told to be gone."""
        if not isinstance(at(self.top, path), Branch):
            return
        former = self.site.ids.get(id)
        if former is None:  # it was removed for good
            raise Untold
        for names, _ in following(former, ()) if isinstance(former, Branch) else ():
            self.paths.add((*path, *names))
            self.new[*path, *names] = False
            if len(self.paths) > MOST:
                raise Untold

    def members(self, depth: str) -> Iterator[tuple[Path, Any]]:
        """The paths in order, and what is there now; None where something went."""
        known = sorted(path for path in self.paths if depth == INFINITE or len(path) == 1)
        streams: list[Iterable[Member]] = [((path, at(self.top, path)) for path in known)]
        if depth == INFINITE:
            streams += [self._whole(path) for path in self.tops]
        last: Path = ()
        for path, node in heapq.merge(*streams, key=lambda member: member[0]):
            if path != last and (node is not None or not self.new[path]):
                yield path, node
            last = path

    def _whole(self, path: Path) -> Iterator[Member]:
        node = at(self.top, path)
        for names, each in following(node, ()) if isinstance(node, Branch) else ():
            yield (*path, *names), each


def events(top: Any, since: bytes) -> list[Event]:
    """What was recorded of the service of `top` since then, the oldest first. Raises Untold."""
    found: list[tuple[bytes, Event]] = []
    log, service = top.site.audit, top.find("service")
    for entry in log.changes_of(service.id, moment(since) - SLACK):
        if (number := written(entry)) > since:
            told = (Event("", entry.time, *each) for each in entry.events)
            found += [(number, event) for event in told if event.action in CHANGES]
        if len(found) > MOST:
            raise Untold
    return [event for _, event in sorted(found, key=lambda pair: (pair[0], pair[1].time))]


def names_below(event: Event, top: bytes) -> Path | None:
    """The names that led from the node of that id to it. Raises Untold where they were cut."""
    if len(event.ids) >= 2 * IDS * WIDTH:
        raise Untold
    depth = event.below(top)
    if depth is None:
        return None
    names = event.path.split("/")
    if event.path.startswith(CUT) and depth >= len(names):
        raise Untold
    return tuple(names[len(names) - depth :])


def path_to(top: Any, node: Any) -> Path | None:
    """The names that lead from `top` to `node`; None where they do not."""
    names: list[str] = []
    while node is not None and node is not top:
        names.insert(0, node.__name__)
        node = node.__parent__
    return None if node is None else tuple(names)


def at(top: Any, path: Path) -> Any:
    """What is at `path` below `top`, or None."""
    node = top
    for name in path:
        node = node.get(name) if isinstance(node, Branch) else None
    return node
