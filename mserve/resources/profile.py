"""Profile › Workflow › TaskSet › TaskSpec: what to run when. All but the Profile are values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from persistent import Persistent

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

    def __init__(self, version: int, workflows: Mapping[str, Workflow]) -> None:
        self.version = version
        self.workflows = workflows


class Profile(Persistent):  # type: ignore[misc]  # persistent has no types
    """A service's workflows by name; each change makes a new edition."""

    def __init__(self, service: Any, name: str) -> None:
        self.__parent__ = service
        self.__name__ = self.name = name
        self.edition = Edition(0, {})

    @property
    def version(self) -> int:
        return self.edition.version

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        return self.edition.workflows

    def change(self, workflows: Mapping[str, Workflow]) -> None:
        empty = dict.fromkeys(TRIGGERS, Workflow())
        self.edition = Edition(self.version + 1, {**empty, **workflows})
        replan(self.__parent__)

    def __getitem__(self, name: str) -> Any:
        if name == "explain":
            return Explain(self)
        raise KeyError(name)

    def specs(self) -> Iterator[TaskSpec]:
        for workflow in self.workflows.values():
            yield from workflow.specs


class Explain:
    """`<profile>/explain`: what a workflow would do with a file."""

    __name__ = "explain"

    def __init__(self, profile: Profile) -> None:
        self.__parent__ = profile


PICTURES = (
    "application/pdf", "image/avif", "image/bmp", "image/gif", "image/heic", "image/heif",
    "image/jp2", "image/jpeg", "image/jpx", "image/png", "image/tiff", "image/webp",
    "image/vnd.microsoft.icon", "image/x-icon", "image/x-ms-bmp",
    "image/x-portable-bitmap", "image/x-portable-greymap", "image/x-portable-pixmap",
)  # fmt: skip
"""What the tasks `thumbnail` and `poster` can read."""
IMAGE = "mfile.mimetype in [" + ", ".join(f'"{each}"' for each in PICTURES) + "]"


def default_workflows() -> dict[str, Workflow]:
    """What a new service does with its files: look at them, sum them, picture the images."""
    look = TaskSet("identify", (TaskSpec("mime", "mime", {}),))
    derive = TaskSet(
        "derive",
        (
            TaskSpec("checksum", "md5", {"algorithm": "md5"}),
            TaskSpec("thumbnail", "thumbnail", {"width": 210, "height": 128}, IMAGE),
            TaskSpec("poster", "poster", {"width": 420, "height": 256}, IMAGE),
        ),
    )
    workflow = Workflow((look, derive))
    return {"ingest": workflow, "update": workflow}
