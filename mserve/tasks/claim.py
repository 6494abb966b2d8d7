"""What passes between the engine and a runner: a Claim one way, Finished or Failed the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mserve.resources.spool import Spool
from mserve.tasks.confine import Meter
from mserve.tasks.outcome import Outcome


@dataclass(frozen=True)
class Claim:
    """A task run that a worker has taken: all that the task needs to know, without the graph.

    `blob` is the path of the content; None where the job is of a service, without a file.
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
    blob: str | None = None
    worker: str | None = None
    taken: int = 0


@dataclass(frozen=True)
class Finished:
    """The task has ended well; `spools` holds the bytes of each of the outcome's outputs."""

    outcome: Outcome
    seconds: float
    spools: tuple[Spool, ...] = ()
    meter: Meter = field(default_factory=Meter)


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
