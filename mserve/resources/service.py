"""Service: what a customer gets: files, profiles of workflows, and the jobs that ran."""

from collections.abc import Iterator, Mapping
from typing import Any

from BTrees.OOBTree import OOBTree

from mserve.resources import defaults, metering
from mserve.resources.catalog import Catalog
from mserve.resources.index import Timeline
from mserve.resources.lock import LocksMade
from mserve.resources.metrics import DISC_SPACE
from mserve.resources.node import Branch
from mserve.resources.profile import Workflow
from mserve.resources.profiled import Profiled
from mserve.resources.properties import PROPERTIES
from mserve.resources.trash import Trashed

SHARDS = 16


class Service(Profiled, Branch):
    """Files below it are processed by the workflows of its profile, within its times (µs).

    `leftovers` are those that programs keep beside people's files (resources/leftovers.py).
    """

    type = "service"
    start: int | None = None
    end: int | None = None
    priority = False
    profile = "default"
    properties: Mapping[str, Any] = {}

    def __init__(self, profiles: Mapping[str, Mapping[str, Workflow]] | None = None) -> None:
        """`profiles`: those of its container, in place of the usual ones and beside them."""
        super().__init__()
        self.profiles = OOBTree()
        self.schedules = OOBTree()
        self.rounds = OOBTree()
        self.jobs = Timeline(SHARDS)
        self.trash = Timeline(SHARDS)
        self.leftovers = Timeline(SHARDS)
        self.catalog = Catalog()
        self.locks_made = LocksMade()
        for name, workflows in {**defaults.profiles(), **(profiles or {})}.items():
            self.put_profile(name, workflows)

    def property(self, name: str) -> Any:
        """The value of a property (see resources/properties.py), or its default."""
        return self.properties.get(name, PROPERTIES[name].default)

    def set_properties(self, patch: Mapping[str, Any]) -> None:
        """Sets checked values; None goes back to the default."""
        merged = {**self.properties, **patch}
        self.properties = {name: value for name, value in merged.items() if value is not None}
        if "quota" in patch:
            metering.settle(self)
            self.counted.set_limit(DISC_SPACE, self.property("quota"))
            self.limited = bool(self.counted.limits or self.counted.soft)

    def closed(self, moment: int) -> str | None:
        """Why the service is not open at `moment` (µs), or None."""
        if self.start is not None and moment < self.start:
            return "the service has not begun yet"
        if self.end is not None and moment >= self.end:
            return "the service has ended"
        return None

    def add_trash(self, trashed: Trashed) -> None:
        self.trash[trashed.__name__] = trashed
        self.site.expiring[trashed.expiry_key] = trashed

    def drop_trash(self, trashed: Trashed) -> None:
        """Raises KeyError where it is not there any more."""
        del self.trash[trashed.__name__]
        self.site.expiring.discard(trashed.expiry_key)

    def all_trash(self) -> Iterator[Trashed]:
        return (trashed for _, trashed in self.trash.items())

    def job(self, id: str) -> Any:
        """The job of that id, if it ran in this service; else KeyError."""
        job = self.site.ids[id]
        if getattr(job, "service", None) is not self:
            raise KeyError(id)
        return job

    def page_jobs(self, limit: int, after: str | None = None) -> list[tuple[str, Any]]:
        """Up to `limit` (key, job) pairs, newest first, after the key `after`."""
        return self.jobs.page(limit, after)
