"""What a job has below it: its log, events and outputs, each at its place in the tree."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mserve.resources.deposit import Reach
from mserve.resources.run import DONE, JobOutput, Run, TaskRun

if TYPE_CHECKING:
    from mserve.resources.job import Job


class Log:
    """`<job>/log`: what its tasks have said, attempt by attempt."""

    __name__ = "log"

    def __init__(self, job: "Job") -> None:
        self.__parent__ = self.job = job

    def lines(self, place: str | None = None) -> Iterator[str]:
        """Of all tasks, or of the one at `<set>-<number>`."""
        one = None if place is None else self.job.run(place)
        for run in self.job.all_runs() if one is None else (one,):
            for each in run.attempts:
                yield f"== {run.spec.name}, attempt {each.number}: {each.error or DONE}"
                yield each.log


class JobEvents:
    """`<job>/events`: what happens to it."""

    reach = Reach.OWN
    __name__ = "events"

    def __init__(self, job: "Job") -> None:
        self.__parent__ = self.job = job


class JobsEvents:
    """`…/-/jobs/events`: what happens to the jobs of a file or service."""

    reach = Reach.OWN
    __name__ = "events"

    def __init__(self, jobs: Any) -> None:
        self.__parent__ = jobs
        self.node = jobs.node


class Answers:
    """`<job>/answers`: where others answer tasks that wait, by `<set>-<number>-<attempt>`."""

    __name__ = "answers"

    def __init__(self, job: "Job") -> None:
        self.__parent__ = self.job = job

    def __getitem__(self, name: str) -> "AnswerView":
        place, _, attempt = name.rpartition("-")
        run = self.job.run(place)
        if not isinstance(run, TaskRun) or f"{run.id}-{attempt}" != f"{self.job.id}-{name}":
            raise KeyError(name)
        if not (attempt.isascii() and attempt.isdecimal()):
            raise KeyError(name)
        return AnswerView(self, name, run, int(attempt))


class AnswerView:
    """The place for the answer to one attempt."""

    def __init__(self, answers: Answers, name: str, run: TaskRun, attempt: int) -> None:
        self.__parent__ = answers
        self.__name__ = name
        self.run, self.attempt = run, attempt


class Outputs:
    """`<job>/outputs`: what its tasks produced, by `<set>-<number>-<name>`.

    By `<name>` alone as well, where only one is called so: files that name each other, as
    playlists do, lie side by side.
    """

    __name__ = "outputs"

    def __init__(self, job: "Job") -> None:
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

    @property
    def run(self) -> Run:
        """The task run that made it."""
        number, index, _ = self.__name__.split("-", 2)
        run = self.__parent__.job.run(f"{number}-{index}")
        assert run is not None
        return run

    def __getitem__(self, name: str) -> "OutputThumbnail | OutputMfile":
        return BELOW[name](self)


class OutputThumbnail:
    """`<output>/thumbnail`: a small picture of it."""

    __name__ = "thumbnail"

    def __init__(self, parent: OutputView) -> None:
        self.__parent__ = parent
        self.output = parent.output


class OutputMfile:
    """`<output>/mfile`: where a file is made of it."""

    __name__ = "mfile"

    def __init__(self, parent: OutputView) -> None:
        self.__parent__ = parent
        self.output = parent.output


BELOW: dict[str, type[OutputThumbnail] | type[OutputMfile]] = {
    "thumbnail": OutputThumbnail, "mfile": OutputMfile,
}  # fmt: skip
