"""Job: a workflow that was started on a file, or for a service, set by set."""

from collections.abc import Iterator
from typing import Any

from persistent import Persistent

from mserve.resources import clock
from mserve.resources.asker import Payer, who_asks
from mserve.resources.content import Content
from mserve.resources.deposit import Reach
from mserve.resources.ids import new_id
from mserve.resources.index import newest_first
from mserve.resources.job_parts import Answers, JobEvents, Log, Outputs
from mserve.resources.profile import Edition, TaskSet, Workflow
from mserve.resources.provenance import Remake
from mserve.resources.run import (
    CANCELLED,
    DUE,
    ENDED,
    FAILED,
    RUNNING,
    SKIPPED,
    Attempt,
    JobOutput,
    Run,
    TaskRun,
)

__all__ = ["Attempt", "Job", "JobOutput", "TaskRun"]  # the tree of schema 5 finds them here


class Job(Persistent):  # type: ignore[misc]  # persistent has no types
    """A workflow that was started on an Mfile, of the profile's edition of then.

    A job of a service, as a feed is pulled, has no `mfile`, and no content.
    """

    reach = Reach.OWN
    content: Content | None = None
    sha256: str | None = None
    round: Any = None
    """The Round that it is a part of, if it is."""
    ended: int | None = None
    outcome: str | None = None
    counted = False
    payer: Payer = ()
    """Whose usage it is."""
    queue: str | None = None
    """Where its tasks wait whose specs name no queue; None: as the service's priority says."""
    remakes: Remake | None = None
    """The file that its output is to be the content of."""
    retried: tuple[Run, ...] = ()
    """Runs of earlier sets that are made again, before the next set is opened."""
    runs: tuple[tuple[Run, ...], ...] = ()
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
        if mfile is not None:
            self.content = mfile.content
            self.sha256 = mfile.content.sha256
        self.trigger = trigger
        self.name = name
        self.edition = edition
        self.created = clock.now()
        self.payer = who_asks().payer
        if queue is not None:
            self.queue = queue

    @property
    def plan(self) -> Workflow:
        return self.edition.workflows[self.name]

    @property
    def __parent__(self) -> Any:
        """The file, as long as it is in the tree, else the service."""
        return self.node if self.in_tree else self.service

    @property
    def node(self) -> Any:
        """What it is done for: its file, or the service."""
        return self.service if self.mfile is None else self.mfile

    @property
    def in_tree(self) -> bool:
        return bool(self.node.in_tree and self.node.find("service") is self.service)

    def __getitem__(self, name: str) -> Any:
        if name == "outputs":
            return Outputs(self)
        if name == "log":
            return Log(self)
        if name == "events":
            return JobEvents(self)
        if name == "answers":
            return Answers(self)
        raise KeyError(name)

    def open_set(self, runs: tuple[Run, ...]) -> None:
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

    def _current(self) -> tuple[Run, ...]:
        return self.runs[-1] if self.runs else ()

    @property
    def failures(self) -> list[Run]:
        """The runs that failed, or were cancelled."""
        return [run for run in self.all_runs() if run.state in (FAILED, CANCELLED)]

    def reopen(self) -> None:
        """Takes up again a job that has ended, with the bytes that its file has still."""
        if self.mfile is not None:
            self.content = self.mfile.content
        self.outcome = self.ended = None
        self.retried = tuple(run for run in self.failures if run not in self._current())

    def run(self, place: str) -> Run | None:
        """The task run at `<set>-<number>`."""
        number, _, index = place.partition("-")
        try:
            return self.runs[int(number)][int(index)]
        except (ValueError, IndexError):
            return None

    def all_runs(self) -> Iterator[Run]:
        for runs in self.runs:
            yield from runs

    def close(self, outcome: str) -> None:
        """Ends the job, which lets go of the bytes: its history is not to keep them alive."""
        self.content = None
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
