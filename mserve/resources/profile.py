"""Profile › Workflow › TaskSet › TaskSpec: what to run when. All but the Profile are values."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from BTrees.IOBTree import IOBTree
from persistent import Persistent

from mserve.resources import clock
from mserve.resources.pieces import Editions, Workflows
from mserve.resources.schedule import Schedule, replan

TRIGGERS = ("ingest", "access", "update", "periodic")
"""The workflows that every profile has; any other name is run by hand."""


@dataclass(frozen=True)
class TaskSpec:
    """One task of a set: which, with what, when (CEL), where, and how often it is tried again.

    `mfile` is where its outputs become files (ingest/naming.py); empty: they stay with the job.
    """

    task: str
    name: str
    arguments: Mapping[str, Any]
    condition: str = ""
    queue: str | None = None
    retries: int = 2
    mfile: str = ""


@dataclass(frozen=True)
class TaskSet:
    """Tasks that run in parallel; the next set starts when all have ended well, or `continue`."""

    name: str
    tasks: tuple[TaskSpec, ...]
    on_failure: str = "stop"


@dataclass(frozen=True)
class Workflow:
    """Task sets in order.

    `window` is for how many seconds after an access no other one starts it for the same file.
    With a `schedule` it starts by itself.
    """

    sets: tuple[TaskSet, ...] = ()
    window: int = 3600
    schedule: Schedule | None = None

    @property
    def specs(self) -> list[TaskSpec]:
        """The tasks of all sets."""
        return [spec for each in self.sets for spec in each.tasks]


class Edition(Persistent):  # type: ignore[misc]  # persistent has no types
    """The workflows of one version of a profile. It never changes; its jobs refer to it."""

    created: int | None = None

    def __init__(self, version: int, workflows: Mapping[str, Workflow]) -> None:
        self.created = clock.now()
        self.version = version
        self.workflows = workflows


KEPT = 1000  # former editions of a profile


class Profile(Persistent):  # type: ignore[misc]  # persistent has no types
    """Workflows by name, of a service or a container; each change makes a new edition."""

    former: Any = None
    """The editions before the present one, by version."""

    def __init__(self, owner: Any, name: str, version: int = 0) -> None:
        self.__parent__ = owner
        self.__name__ = self.name = name
        self.edition = Edition(version, {})

    @property
    def version(self) -> int:
        return self.edition.version

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        return self.edition.workflows

    def change(self, workflows: Mapping[str, Workflow]) -> bool:
        """Makes these the workflows, as a new version; False where they are that already."""
        filled = {**dict.fromkeys(TRIGGERS, Workflow()), **workflows}
        if exact(filled) == exact(self.workflows):
            return False
        if self.workflows:  # it is no new profile
            self._keep(self.edition)
        self.edition = Edition(self.version + 1, filled)
        replan(self.__parent__)
        return True

    def _keep(self, edition: Edition) -> None:
        if self.former is None:
            self.former = IOBTree()
        self.former[edition.version] = edition
        if len(self.former) > KEPT:
            del self.former[self.former.minKey()]

    def find_edition(self, version: int) -> Edition | None:
        """The edition of that version, or None where it is not known (any more)."""
        if version == self.version:
            return self.edition
        return self.former.get(version) if self.former else None

    def page_editions(self, before: int | None, limit: int) -> Iterator[Edition]:
        """Up to `limit` editions, the newest first, of versions below `before`."""
        first = self.version if before is None else min(before - 1, self.version)
        if first == self.version and limit > 0:
            yield self.edition
            first, limit = first - 1, limit - 1
        versions = self.former.keys(max=first) if self.former else ()
        for version in islice(reversed(versions), limit):
            yield self.former[version]

    def __getitem__(self, name: str) -> Any:
        if name == "explain":
            return Explain(self)
        if name == "versions":
            return Editions(self)
        if name == "workflows":
            return Workflows(self, name, self.workflows)
        raise KeyError(name)

    def specs(self) -> Iterator[TaskSpec]:
        for workflow in self.workflows.values():
            yield from workflow.specs


def exact(workflows: Mapping[str, Workflow]) -> str:
    """The workflows as text that is the same where they are; to Python `1` equals `true`."""
    return json.dumps({name: asdict(each) for name, each in workflows.items()}, sort_keys=True)


class Explain:
    """`<profile>/explain`: what a workflow would do with a file."""

    __name__ = "explain"

    def __init__(self, profile: Profile) -> None:
        self.__parent__ = profile
