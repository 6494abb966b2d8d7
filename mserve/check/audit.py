"""Whether the audit log's entries are where they are looked for, and its index leads to them."""

from collections.abc import Iterator
from typing import Any

from mserve.check.finding import Finding
from mserve.resources.audit import WIDTH
from mserve.resources.audit_log import Part, moment_of, number_of


def check(site: Any, repair: bool) -> Iterator[Finding]:
    """Entries that are empty or misplaced, and what of the index leads nowhere.

    What was recorded is never mended: that would be another record.
    """
    for number, part in site.audit.parts.items():
        for key, entry in part.entries.items():
            if entry.key != key or number_of(moment_of(key)) != number:
                yield Finding("audit", key, "the entry is not where it belongs")
            if not entry.events:
                yield Finding("audit", key, "the entry has no events")
        yield from _stale(site, part, repair)


def _stale(site: Any, part: Part, repair: bool) -> Iterator[Finding]:
    for lane in part.nodes:
        for place in [*lane]:
            id, _, key = place.partition("-")
            if id not in _nodes(site, part.entries.get(key)):
                if repair:
                    lane.discard(place)
                yield Finding("audit", place, "the index names an event that is not there", repair)


def _nodes(site: Any, entry: Any) -> set[str]:
    """The ids of the nodes that the entry has events about."""
    events = () if entry is None else entry.events
    return {event[4][:WIDTH].hex() or site.id for event in events}
