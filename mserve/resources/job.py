"""Job › TaskRun › JobOutput: what ran, and what came of it. States move by a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from persistent import Persistent

from mserve.errors import Conflict
from mserve.resources import clock
from mserve.resources.content import Content
from mserve.resources.ids import new_id
from mserve.resources.index import newest_first
from mserve.resources.profile import Edition, TaskSet, TaskSpec, Workflow

DUE, RUNNING, DONE, FAILED, CANCELLED, SKIPPED = (
    "queued", "running", "done", "failed", "cancelled", "skipped",
)  # fmt: skip

NEXT: Mapping[str, frozenset[str]] = {
    DUE: frozenset({DUE, RUNNING, CANCELLED}),
    RUNNING: frozenset({DONE, FAILED, DUE, CANCELLED}),
    DONE: frozenset(),
    FAILED: frozenset({DUE}),
    CANCELLED: frozenset({DUE}),
    SKIPPED: frozenset(),
}
ENDED = frozenset({DONE, FAILED, CANCELLED, SKIPPED})


@dataclass(frozen=True)
class JobOutput:
    """A named result of a task run, as bytes."""

    name: str
    mimetype: str
    content: Content


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


class TaskRun(Persistent):  # type: ignore[misc]  # persistent has no types
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


class Job(Persistent):  # type: ignore[misc]  # persistent has no types
    """A workflow that was started on an Mfile, of the profile's edition of then."""

    ended: int | None = None
    outcome: str | None = None
    counted = False
    queue: str | None = None
    """Where its tasks wait whose specs name no queue; None: as the service's priority says."""
    retried: tuple[TaskRun, ...] = ()
    """Runs of earlier sets that are made again, before the next set is opened."""
    runs: tuple[tuple[TaskRun, ...], ...] = ()
    """The task runs of each set that has been opened; the last is the current one."""

    def __init__(
        self,
        service: Any,
        mfile: Any,
        trigger: str,
        name: str,
        edition: Edition,
        queue: str | None = None,
    ) -> None:
        self.id = self.__name__ = new_id()
        self.service = service
        self.mfile = mfile
        self.content: Content = mfile.content
        self.sha256 = mfile.content.sha256
        self.trigger = trigger
        self.name = name
        self.edition = edition
        self.created = clock.now()
        if queue is not None:
            self.queue = queue

    @property
    def plan(self) -> Workflow:
        return self.edition.workflows[self.name]

    @property
    def __parent__(self) -> Any:
        """The file, as long as it is in the tree, else the service."""
        return self.mfile if self.in_tree else self.service

    @property
    def in_tree(self) -> bool:
        return self.mfile.in_tree and self.mfile.find("service") is self.service

    def __getitem__(self, name: str) -> Any:
        if name == "outputs":
            return Outputs(self)
        if name == "log":
            return Log(self)
        raise KeyError(name)

    def open_set(self, runs: tuple[TaskRun, ...]) -> None:
        """The next set's task runs; makes two that open the same set at once conflict."""
        self.runs = (*self.runs, runs)
        self.retried = ()

    def next_set(self) -> TaskSet | None:
        """The set of the plan that has not been opened yet, if there is one."""
        sets = self.plan.sets
        return sets[len(self.runs)] if len(self.runs) < len(sets) else None

    @property
    def sort_key(self) -> str:
        """Where the job stands in an index by time, newest first."""
        return newest_first(self.created, self.id)

    @property
    def set_ended(self) -> bool:
        """Whether no task of the current set is left to do."""
        return all(run.state in ENDED for run in (*self._current(), *self.retried))

    @property
    def set_failed(self) -> bool:
        """Whether the current set's failures stop the job."""
        failed = any(run.state in (FAILED, CANCELLED) for run in self._current())
        return failed and self.plan.sets[len(self.runs) - 1].on_failure == "stop"

    def _current(self) -> tuple[TaskRun, ...]:
        return self.runs[-1] if self.runs else ()

    @property
    def failures(self) -> list[TaskRun]:
        """The runs that failed, or were cancelled."""
        return [run for run in self.all_runs() if run.state in (FAILED, CANCELLED)]

    def reopen(self) -> None:
        """Takes up again a job that has ended, with the bytes that its file has still."""
        self.content = self.mfile.content
        self.outcome = self.ended = None
        self.retried = tuple(run for run in self.failures if run not in self._current())

    def run(self, place: str) -> TaskRun | None:
        """The task run at `<set>-<number>`."""
        number, _, index = place.partition("-")
        try:
            return self.runs[int(number)][int(index)]
        except (ValueError, IndexError):
            return None

    def all_runs(self) -> Iterator[TaskRun]:
        for runs in self.runs:
            yield from runs

    def close(self, outcome: str) -> None:
        """Ends the job, which lets go of the bytes: its history is not to keep them alive."""
        del self.content
        self.outcome = outcome
        self.ended = clock.now()

    @property
    def state(self) -> str:
        """Derived from the runs, so that a starting task does not write the job."""
        if self.outcome is not None:
            return self.outcome
        begun = any(run.attempt > 1 or run.state not in (DUE, SKIPPED) for run in self.all_runs())
        return RUNNING if begun else DUE

    @property
    def started(self) -> int | None:
        return min((run.started for run in self.all_runs() if run.started), default=None)


class Log:
    """`<job>/log`: what its tasks have said, attempt by attempt."""

    __name__ = "log"

    def __init__(self, job: Job) -> None:
        self.__parent__ = self.job = job

    def lines(self) -> Iterator[str]:
        for run in self.job.all_runs():
            for each in run.attempts:
                yield f"== {run.spec.name}, attempt {each.number}: {each.error or DONE}"
                yield each.log


class Outputs:
    """`<job>/outputs`: what its tasks produced, by `<set>-<number>-<name>`.

    By `<name>` alone as well, where only one is called so: files that name each other, as
    playlists do, lie side by side.
    """

    __name__ = "outputs"

    def __init__(self, job: Job) -> None:
        self.__parent__ = self.job = job

    def items(self) -> Iterator[tuple[str, JobOutput]]:
        for run in self.job.all_runs():
            place = run.id.partition("-")[2]
            for output in run.outputs:
                yield f"{place}-{output.name}", output

    def __getitem__(self, name: str) -> "OutputView":
        found = dict(self.items())
        if name not in found:
            (name,) = self._called(name)
        return OutputView(self, name, found[name])

    def _called(self, name: str) -> list[str]:
        """The one place of that name; else KeyError."""
        places = [place for place, output in self.items() if output.name == name]
        if len(places) != 1:
            raise KeyError(name)
        return places


class OutputView:
    """One output, at its place in the tree."""

    def __init__(self, outputs: Outputs, name: str, output: JobOutput) -> None:
        self.__parent__ = outputs
        self.__name__ = name
        self.output = output
