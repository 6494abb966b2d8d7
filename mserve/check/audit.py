"""Whether the audit log's entries are where they are looked for, and its index leads to them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from mserve.check.finding import Finding, wrong
from mserve.resources.audit import WIDTH
from mserve.resources.audit_keys import moment_of, number_of
from mserve.resources.audit_log import Part


def check(site: Any, repair: bool) -> Iterator[Finding]:
    """Entries that are empty or misplaced, and what of the indexes leads nowhere.

    What was recorded is never mended: that would be another record.
    """
    for number, part in site.audit.parts.items():
        for key, entry in part.entries.items():
            if entry.key != key or number_of(moment_of(key)) != number:
                yield Finding("audit", key, "the entry is not where it belongs")
            if not entry.events:
                yield Finding("audit", key, "the entry has no events")
        for lane in part.nodes:
            yield from _stale(lane, part, lambda id, entry: id in _nodes(site, entry), repair)
        if part.changes is not None:
            yield from _stale(part.changes, part, lambda id, entry: entry is not None, repair)


def _stale(
    lane: Any, part: Part, right: Callable[[str, Any], bool], repair: bool
) -> Iterator[Finding]:
    for place in [*lane]:
        id, _, key = place.partition("-")
        if not right(id, part.entries.get(key)):
            words = "the index names an event that is not there"
            yield wrong("audit", place, words, repair, partial(lane.discard, place))


def _nodes(site: Any, entry: Any) -> set[str]:
    """The ids of the nodes that the entry has events about."""
    events = () if entry is None else entry.events
    return {event[4][:WIDTH].hex() or site.id for event in events}
