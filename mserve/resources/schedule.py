"""Schedule: when a workflow starts by itself. Scheduled: when it did so last, and does so next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from persistent import Persistent

from mserve.errors import BadInput
from mserve.resources import clock, cron
from mserve.resources.clock import SECOND

SERVICE, FILE = EACH = ("service", "file")
COLLAPSE, SKIP = MISSED = ("collapse", "skip")
GRACE = 300 * SECOND
"""A run that is no later than that (µs) is not missed: schedulers look every few seconds."""


@dataclass(frozen=True)
class Schedule:
    """A cron line in a time zone (see resources/cron.py).

    missed: of the runs for which no scheduler was there, one is made up for, or none.
    each: one job for the service, or one for each of its files; of those that `condition` holds of.
    paused: nothing starts for as long as it is, and nothing is made up for afterwards.
    """

    cron: str
    timezone: str = "UTC"
    missed: str = COLLAPSE
    each: str = SERVICE
    condition: str = ""
    paused: bool = False

    def after(self, moment: int) -> int | None:
        """The first run after `moment` (µs). Raises BadInput for a time zone that is gone."""
        return None if self.paused else cron.after(self.cron, self.timezone, moment)


@dataclass(frozen=True)
class Ran:
    """What came of a run that was `planned` for a moment (µs): a job, a round, or nothing.

    `words` say why nothing came of it.
    """

    planned: int
    started: int
    job: str | None = None
    round: str | None = None
    words: str | None = None


class Scheduled(Persistent):  # type: ignore[misc]  # persistent has no types
    """The schedule of a workflow of a service's profile.

    It is written in the transaction that starts what it is for, so of two that do so at once one
    wins. `next` is what is after `since` (both µs); None: nothing, or `fault` says why.
    """

    next: int | None = None
    last: Ran | None = None
    fault: str | None = None

    def __init__(self, service: Any, name: str, schedule: Schedule, since: int) -> None:
        self.service = service
        self.name = name
        self.schedule = schedule
        self.since = since

    @property
    def key(self) -> str:
        """Where it stands in the site's index by time."""
        return f"{self.next or 0:016x}-{self.service.id}-{self.name}"

    def due(self, moment: int) -> int | None:
        """When the run was planned that is to be done at `moment` (both µs), or None."""
        if self.next is None or self.next > moment:
            return None
        if self.schedule.missed == COLLAPSE or self.next >= moment - GRACE:
            return self.next
        recent = self._after(moment - GRACE)
        return None if recent is None or recent > moment else recent

    def go_on(self, since: int) -> None:
        """Plans the first run after `since` (µs), all before are past."""
        self.since = since
        self.plan(since)

    def plan(self, moment: int) -> None:
        """Brings `next` into step with the service's times; what was closed is not made up for."""
        found = self._after(self.since)
        if found is not None and found <= moment and (self.next is None or self.next > moment):
            self.since = moment
            found = self._after(moment)
        self._enter(found)

    def following(self, number: int) -> list[int]:
        """The next runs (µs), at most `number` of them, that are within the service's times."""
        found = [] if self.next is None else [self.next]
        while 0 < len(found) < number and (later := self._after(found[-1])) is not None:
            found.append(later)
        return found

    def _after(self, moment: int) -> int | None:
        start, end = self.service.start, self.service.end
        self.fault = None
        try:
            found = self.schedule.after(max(moment, (start or 0) - 1))
        except BadInput as fault:
            self.fault = f"timezone {self.schedule.timezone}: {fault}"
            return None
        return None if found is None or (end is not None and found >= end) else found

    def _enter(self, found: int | None) -> None:
        """Moves on in the site's index."""
        if found != self.next:
            self.leave()
            self.next = found
            if found is not None:
                self.service.site.schedules[self.key] = self

    def leave(self) -> None:
        """Takes itself out of the site's index."""
        if self.next is not None:
            self.service.site.schedules.discard(self.key)
            self.next = None


def replan(owner: Any) -> None:
    """Brings what is scheduled into step with the profile and times of a service in the tree."""
    if owner.type == "service" and owner.in_tree:
        _plan(owner, clock.now())


def _plan(service: Any, moment: int) -> None:
    known, now = service.schedules, dict(wanted(service))
    changed = [name for name, each in known.items() if each.schedule != now.get(name)]
    former = {name: known.pop(name) for name in changed}
    for each in former.values():
        each.leave()
    for name, schedule in now.items():
        if name not in known:
            known[name] = Scheduled(service, name, schedule, moment)
        if name in former:
            known[name].last = former[name].last
        known[name].plan(moment)


def unplan(service: Any) -> None:
    """Nothing of the service is to start any more."""
    for scheduled in service.schedules.values():
        scheduled.leave()


def wanted(service: Any) -> Iterator[tuple[str, Schedule]]:
    """The schedules of the service's profile, by their workflows."""
    workflows: Mapping[str, Any] = service.profiles[service.profile].workflows
    for name, workflow in workflows.items():
        if workflow.schedule is not None and workflow.specs:
            yield name, workflow.schedule
