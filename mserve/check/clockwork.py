"""Whether what starts by the clock, and the rounds that go on, are known where schedulers look."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from mserve.check.finding import Finding, path, wrong
from mserve.resources.schedule import replan, wanted


def check(site: Any, repair: bool) -> Iterator[Finding]:
    """Schedules that are not their profile's, and entries that are stale or missing."""
    services = [node for node in site.walk() if node.type == "service"]
    for service in services:
        known = {name: each.schedule for name, each in service.schedules.items()}
        if known != dict(wanted(service)):
            words, mend = "its schedules are not its profile's", partial(replan, service)
            yield wrong("index", path(service), words, repair, mend)
    planned = (each for service in services for each in service.schedules.values())
    due = {each.key: each for each in planned if each.next is not None}
    rounds = (each for service in services for each in service.rounds.values())
    active = {each.id: each for each in rounds if each.ended is None}
    yield from _compare("schedules", site.schedules, due, repair)
    yield from _compare("rounds", site.rounds, active, repair)


def _compare(name: str, index: Any, wanted: Mapping[str, Any], repair: bool) -> Iterator[Finding]:
    known = dict(index.items())
    for key in known.keys() - wanted.keys():
        words, mend = f"it is in the index {name} and is not to be", partial(index.discard, key)
        yield wrong("index", key, words, repair, mend)
    for key in wanted.keys() - known.keys():
        mend = partial(index.__setitem__, key, wanted[key])
        yield wrong("index", key, f"it is not in the index {name}", repair, mend)
