"""What passes between the engine and a runner: a Claim one way, Finished or Failed the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mserve.resources.spool import Spool
from mserve.tasks.confine import Meter
from mserve.tasks.outcome import Outcome
from mserve.tasks.thumbnails import Picture


@dataclass(frozen=True)
class Claim:
    """A task run that a worker has taken: all that the task needs to know, without the graph."""

    run_id: str
    attempt: int
    job_id: str
    task: str
    arguments: Mapping[str, Any]
    name: str
    mimetype: str
    size: int
    metadata: Mapping[str, Any]
    blob: str


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
