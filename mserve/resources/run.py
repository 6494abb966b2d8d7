"""TaskRun: one task of one job, attempt by attempt, and what came of it. States move by a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from persistent import Persistent

from mserve.errors import Conflict
from mserve.resources import clock
from mserve.resources.content import Content
from mserve.resources.profile import TaskSpec

if TYPE_CHECKING:
    from mserve.resources.job import Job

DUE, RUNNING, AWAITING, DONE, FAILED, CANCELLED, SKIPPED = (
    "queued", "running", "awaiting", "done", "failed", "cancelled", "skipped",
)  # fmt: skip

NEXT: Mapping[str, frozenset[str]] = {
    DUE: frozenset({DUE, RUNNING, FAILED, CANCELLED}),
    RUNNING: frozenset({DONE, FAILED, DUE, CANCELLED, AWAITING}),
    AWAITING: frozenset({DONE, FAILED, DUE, CANCELLED}),  # no worker: others are to answer
    DONE: frozenset(),
    FAILED: frozenset({DUE}),
    CANCELLED: frozenset({DUE}),
    SKIPPED: frozenset(),
}
ENDED = frozenset({DONE, FAILED, CANCELLED, SKIPPED})


@dataclass(frozen=True)
class JobOutput:
    """A named result of a task run, as bytes.

    `mfile` is the id of the file that was made of it, `fault` why it did not become one.
    """

    name: str
    mimetype: str
    content: Content
    mfile: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Attempt:
    """What came of one attempt at a task run: `cpu` in seconds, `memory` at the most in bytes.

    `error` is None where it ended well; `log` is the end of what the task said.
    """

    number: int
    worker: str | None
    started: int | None
    ended: int
    seconds: float | None = None
    cpu: float | None = None
    memory: int | None = None
    error: str | None = None
    log: str = ""


KEPT = 10  # attempts of a run that are told of


class Run:
    """One task of one job. `attempt` is the fencing token: what an older attempt says is void."""

    attempt = 1
    failures = 0
    lapses = 0
    not_before = 0
    counted = False
    """Whether usage has it already: it may end several times, as it is retried."""
    started: int | None = None
    ended: int | None = None
    lease_until: int | None = None
    worker: str | None = None
    key: str | None = None
    """The id of the key that its task has been given, for as long as that runs."""
    seconds: float | None = None
    result: Mapping[str, Any] = {}
    error: str | None = None
    outputs: tuple[JobOutput, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    """Those that have ended, the newest last."""

    def __init__(self, job: "Job", place: str, queue: str, state: str) -> None:
        self.__parent__ = self.job = job
        self.id = f"{job.id}-{place}"
        self.queue = queue
        self.state = state
        if state in ENDED:  # it was never due
            self.ended = clock.now()

    @property
    def spec(self) -> TaskSpec:
        """What it is to do, by the job's plan."""
        _, number, index = self.id.split("-")
        return self.job.plan.sets[int(number)].tasks[int(index)]

    def note_attempt(self, **facts: Any) -> None:
        """Keeps what came of the present attempt."""
        made = Attempt(self.attempt, self.worker, self.started, clock.now(), **facts)
        self.attempts = (*self.attempts, made)[-KEPT:]

    def move(self, state: str) -> None:
        """Changes the state as the table NEXT allows; raises Conflict otherwise."""
        if state not in NEXT[self.state]:
            raise Conflict(f"a task run that is {self.state} cannot become {state}")
        self.state = state


class TaskRun(Persistent, Run):  # type: ignore[misc]  # persistent has no types
    """One that is to be done: a record of its own, so that those of a set end beside each other."""


class SkippedRun(Run):
    """One whose condition does not hold: a value in its job, as nothing will come of it."""
