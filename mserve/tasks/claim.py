"""What passes between the engine and a runner: a Claim one way, Finished or Failed the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mserve.resources.profile import TaskSpec
from mserve.resources.run import TaskRun
from mserve.resources.spool import Spool
from mserve.tasks.confine import Meter
from mserve.tasks.outcome import Outcome
from mserve.tasks.thumbnails import Picture


@dataclass(frozen=True)
class Claim:
    """A task run that a worker has taken: all that the task needs to know, without the graph.

    With a `worker` it is not claimed in the tree yet, but to be at its end, as `taken` (µs) by it.
    """

    run_id: str
    attempt: int
    job_id: str
    task: str
    arguments: Mapping[str, Any]
    name: str = ""
    mimetype: str = "application/octet-stream"
    size: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    sha256: str | None = None
    """None where the job is of a service, without a file."""
    blob: str | None = None
    """None where the bytes are in the archive."""
    secret: str | None = None
    """Of the key by which others may read the file meanwhile."""
    worker: str | None = None
    taken: int = 0


def _nobody_else(spec: TaskSpec) -> None:
    """No task needs an address of its file."""


def _not_brief(run: TaskRun) -> bool:
    """Each task takes its time."""
    return False


@dataclass(frozen=True)
class Taker:
    """Who takes task runs: the worker of that name, for `lease` seconds.

    `brief` tells whether a run takes no time to speak of, `linked` for how many seconds a task
    needs an address of its file; None: it needs none.
    """

    worker: str
    lease: float
    brief: Callable[[TaskRun], bool] = _not_brief
    linked: Callable[[TaskSpec], float | None] = _nobody_else


@dataclass(frozen=True)
class Finished:
    """The task has ended well; `spools` holds the bytes of each of the outcome's outputs.

    `thumbnails` are of outputs, by their names; `tools` the versions of what the task works with.
    """

    outcome: Outcome
    seconds: float
    spools: tuple[Spool, ...] = ()
    meter: Meter = field(default_factory=Meter)
    thumbnails: Mapping[str, Picture] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """The attempt came to nothing; `final` where another one could do no better."""

    error: str
    seconds: float
    final: bool = False
    meter: Meter = field(default_factory=Meter)


class Ended(NamedTuple):
    """An attempt at a task run and what came of it; `worker` and `taken` as in its Claim."""

    run_id: str
    attempt: int
    result: Finished | Failed
    worker: str | None = None
    taken: int = 0
