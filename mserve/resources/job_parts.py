"""What a job has below it: its log, events and outputs, each at its place in the tree."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mserve.resources.run import DONE, JobOutput

if TYPE_CHECKING:
    from mserve.resources.job import Job


class Log:
    """`<job>/log`: what its tasks have said, attempt by attempt."""

    __name__ = "log"

    def __init__(self, job: "Job") -> None:
        self.__parent__ = self.job = job

    def lines(self) -> Iterator[str]:
        for run in self.job.all_runs():
            for each in run.attempts:
                yield f"== {run.spec.name}, attempt {each.number}: {each.error or DONE}"
                yield each.log


class JobEvents:
    """`<job>/events`: what happens to it."""

    __name__ = "events"

    def __init__(self, job: "Job") -> None:
        self.__parent__ = self.job = job


class JobsEvents:
    """`…/-/jobs/events`: what happens to the jobs of a file or service."""

    __name__ = "events"

    def __init__(self, jobs: Any) -> None:
        self.__parent__ = jobs
        self.node = jobs.node


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
