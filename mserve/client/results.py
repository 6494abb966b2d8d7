"""What the client hands back: the server's JSON (docs/api.md), typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mserve.client.errors import BadAnswer, ClientError

BRANCHES = frozenset({"site", "container", "service", "folder"})
ENDED = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True)
class Node:
    """A container, service, folder or file (`type` is "mfile").

    size (bytes), sha256 (hex) and mimetype are None of what is no file. `document` is all that the
    server said; its URLs may hold a key.
    """

    type: str
    name: str
    modified: str
    size: int | None = None
    sha256: str | None = None
    mimetype: str | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_file(self) -> bool:
        return self.type == "mfile"

    @property
    def is_folder(self) -> bool:
        return self.type in BRANCHES

    @classmethod
    def of(cls, document: Any) -> "Node":
        """Raises BadAnswer where the document is not a node's."""
        try:
            file = document["type"] == "mfile"
            return cls(
                str(document["type"]),
                str(document["name"] or ""),
                str(document["modified"]),
                int(document["size"]) if file else None,
                str(document["sha256"]) if file else None,
                str(document["mimetype"]) if file else None,
                document,
            )
        except (KeyError, TypeError, ValueError):
            raise BadAnswer("what answers at this URL is not mserve") from None


@dataclass(frozen=True)
class Stored:
    """A file that the server has taken: where, what it is now, and the job it started, if any."""

    names: tuple[str, ...]
    node: Node
    job: str | None = None


@dataclass(frozen=True)
class Job:
    """A job as it is; errors: those of its tasks, each after the task's name."""

    id: str
    name: str
    state: str
    percent: int
    errors: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @classmethod
    def of(cls, document: Any) -> "Job":
        """Raises BadAnswer where the document is not a job's."""
        try:
            tasks = [task for each in document["sets"] for task in each["tasks"]]
            return cls(
                str(document["id"]),
                str(document["name"]),
                str(document["state"]),
                int(document["percent"]),
                tuple(f"{task['name']}: {task['error']}" for task in tasks if task.get("error")),
                document,
            )
        except (KeyError, TypeError, ValueError):
            raise BadAnswer("what answers at this URL is not a job of mserve") from None


@dataclass(frozen=True)
class Failure:
    """One of many that did not work."""

    what: str
    error: ClientError


@dataclass(frozen=True)
class Synced:
    """What a sync did, or with `dry_run` would do; each is a path with slashes."""

    sent: tuple[str, ...]
    made: tuple[str, ...]
    removed: tuple[str, ...]
    same: int
    skipped: tuple[str, ...]
    failures: tuple[Failure, ...] = ()
