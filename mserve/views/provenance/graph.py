"""The graph: contents of files (entities) and the task runs (activities) that made them."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from mserve.resources.content import Content
from mserve.resources.provenance import Input, Origin
from mserve.resources.run import JobOutput

MOST = 500  # entities


@dataclass
class Entity:
    """A content under a name. `mfile` is the file's id, and `node` the file, as far as it is seen.

    `complete` is whether all is told that leads to it, and from it.
    """

    id: str
    type: str
    name: str
    sha256: str
    mfile: str | None = None
    node: Any = None
    complete: bool = True


@dataclass
class Activity:
    """A task run; `unseen` counts the inputs that the key may not see."""

    origin: Origin
    used: dict[str, None] = field(default_factory=dict)
    generated: dict[str, None] = field(default_factory=dict)
    unseen: int = 0


class Graph:
    """Entities and activities by their ids, in the order in which they were met."""

    def __init__(self) -> None:
        self.entities: dict[str, Entity] = {}
        self.activities: dict[str, Activity] = {}

    @property
    def full(self) -> bool:
        return len(self.entities) >= MOST

    def file(self, mfile: Any, content: Content) -> Entity:
        """A file as it is or was."""
        return self._add(file_id(mfile.id, content.sha256), "mfile", str(mfile.__name__),
                         content.sha256, mfile.id, mfile)  # fmt: skip

    def given(self, given: Input, node: Any) -> Entity:
        """An input of a task, as it was then; `node` is its file, if that is still there."""
        assert given.mfile is not None
        name = given.name if node is None else str(node.__name__)
        id = file_id(given.mfile, given.sha256)
        return self._add(id, "mfile", name, given.sha256, given.mfile, node)

    def output(self, output: JobOutput, type: str) -> Entity:
        """What a task run made, as it is kept with the job or as a rendition."""
        origin = output.content.origin
        assert origin is not None
        id = f"{type}-{origin.run}-{quote(origin.output, safe='')}"
        return self._add(id, type, origin.output, output.content.sha256)

    def _add(self, id: str, *facts: Any) -> Entity:
        return self.entities.setdefault(id, Entity(id, *facts))

    def activity(self, origin: Origin) -> Activity:
        return self.activities.setdefault(origin.run, Activity(origin))


def file_id(mfile: str, sha256: str) -> str:
    return f"mfile-{mfile}-{sha256}"
