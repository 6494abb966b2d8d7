"""Pages of the audit log: the events of a node, or of all below it, newest first, filtered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from mserve.errors import BadInput
from mserve.resources.audit import CUT, WIDTH, Action, Facts
from mserve.resources.audit_log import Entry
from mserve.resources.index import newest_first

CURSOR = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}\.[0-9]{2}")
LOOKS = 5000
"""Events that are looked at for one page."""


class Event(NamedTuple):
    """One event as it is shown. `ids` are those of the node and of the nodes above it."""

    id: str
    time: int
    actor: str
    door: str
    address: str
    action: str
    ids: bytes
    path: str
    before: Facts | None
    after: Facts | None

    @property
    def node(self) -> str | None:
        """The node's id; None for the site."""
        return self.ids[:WIDTH].hex() or None

    @property
    def refused(self) -> bool:
        return self.action == Action.REFUSE.value

    def below(self, id: bytes) -> int | None:
        """How many nodes below that of the id `id` it was; None where it was not below it."""
        places = range(0, len(self.ids), WIDTH)
        return next((at // WIDTH for at in places if self.ids[at : at + WIDTH] == id), None)

    def path_below(self, top: bytes) -> str | None:
        """Its path from the node `top` on, and nothing of what is above; None if it was not there.

        `top` is empty for the site.
        """
        depth = self.below(top) if top else self.path.count("/") + 1
        if depth is None:
            return None
        names = self.path.split("/")
        kept = 1 if top and depth and self.path.startswith(CUT) else depth
        return "/".join(names[len(names) - kept :]) if kept else ""


@dataclass(frozen=True)
class Wanted:
    """Which events: between two moments (µs), by whom, what, how, and of what: `path` is a part of
    the path from the place on that is asked of. None: all."""

    since: int | None = None
    until: int | None = None
    actor: str | None = None
    action: str | None = None
    door: str | None = None
    refused: bool | None = None
    deep: bool = False
    path: str | None = None

    def holds(self, event: Event, own: bytes) -> bool:
        """Whether an event of the node `own`, or of what is below it, is wanted."""
        path = (event.path_below(own) or "").casefold()
        return (self.path is None or self.path.casefold() in path) and (
            self.actor in (None, event.actor)
            and self.action in (None, event.action)
            and self.door in (None, event.door)
            and self.refused in (None, event.refused)
        )


def walk(node: Any, wanted: Wanted, cursor: str = "") -> Iterator[tuple[Event, bool]]:
    """Events from behind `cursor` on, and whether each is wanted of `node`, or of all below it.

    Those of all below come by a walk through the whole log.
    """
    log, begin, own = node.site.audit, _begin(wanted, cursor), id_of(node)
    for entry in log.newest(begin) if wanted.deep else log.of(node, begin):
        if wanted.since is not None and entry.time < wanted.since:
            return
        for event in _events(entry):
            if event.id > cursor:
                yield event, _concerns(event, own, wanted.deep) and wanted.holds(event, own)


def id_of(node: Any) -> bytes:
    """How events name a node; the site is above all that they name."""
    return b"" if node.type == "site" else bytes.fromhex(node.id)


def _concerns(event: Event, own: bytes, deep: bool) -> bool:
    if deep:
        return not own or event.below(own) is not None
    return event.ids[:WIDTH] == own


def _events(entry: Entry) -> Iterator[Event]:
    """Those of an entry, each with an id that sorts as they are shown."""
    for number, stored in enumerate(entry.events):
        yield Event(f"{entry.key}.{number:02}", entry.time, *stored)


def _begin(wanted: Wanted, cursor: str) -> str:
    """The key from which on entries are looked at."""
    until = "" if wanted.until is None else newest_first(max(0, wanted.until), "")
    return max(until, cursor.partition(".")[0][:-1])


def page(node: Any, wanted: Wanted, limit: int, cursor: str = "") -> tuple[list[Event], str | None]:
    """Up to `limit` events, and the cursor of the page behind them, if there may be more.

    It may hold fewer, or none, since only so many are looked at.
    """
    found: list[Event] = []
    for looked, (event, meant) in enumerate(walk(node, wanted, cursor)):
        if len(found) == limit or looked == LOOKS:
            return found, cursor
        if meant:
            found.append(event)
        cursor = event.id
    return found, None


def checked_cursor(text: str) -> str:
    """A cursor that a page has given; raises BadInput."""
    if not CURSOR.fullmatch(text):
        raise BadInput(f"cursor={text:.40} was not given by a page of this listing")
    return text
