"""What passes between the engine and a runner: a Claim one way, Finished or Failed the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mserve.resources.spool import Spool
from mserve.tasks.confine import Meter
from mserve.tasks.outcome import Outcome


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
    sha256: str
    blob: str | None
    """None where the bytes are in the archive."""
    secret: str | None = None
    """Of the key by which others may read the file meanwhile."""


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
