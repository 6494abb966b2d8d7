"""Task: a plain function that can be run on a file, as @task marks it."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mserve.errors import TaskError
from mserve.tasks.confine import Limits, Meter, confine
from mserve.tasks.outcome import Outcome
from mserve.tasks.parameters import find_faults, read_parameters
from mserve.tasks.source import Source

NAME = re.compile(r"[a-z][a-z0-9_.-]*")
TIMEOUT = 600.0  # seconds
Function = TypeVar("Function", bound=Callable[..., Any])
Linked = Callable[[Mapping[str, Any]], float | None]


def _alone(arguments: Mapping[str, Any]) -> None:
    """Nobody else is to read the file."""


@dataclass(frozen=True)
class Task:
    """A function that can be run on a file; `timeout` is in seconds.

    With `limits` it runs in a process of its own (tasks/confine.py). On files of up to `brief`
    bytes it takes so little time that a worker does several such tasks of a file in one go. With
    `away` it also runs on content that is in the archive; `path` of its source is then the copy
    there. `linked` tells by the arguments for how many seconds its source is to have a `url`. One
    that does not need a file can run for a service as well, on a source that is empty. `tools` are
    the distributions and libraries that it works with (tasks/tools.py).
    """

    name: str
    function: Callable[..., Any]
    timeout: float
    summary: str
    parameters: inspect.Signature
    limits: Limits | None = None
    brief: int = -1
    away: bool = False
    linked: Linked = _alone
    needs_file: bool = True
    tools: tuple[str, ...] = ()

    def check(self, arguments: Mapping[str, Any]) -> list[str]:
        """All that is wrong with `arguments`, each a sentence; an empty list if they will do."""
        return find_faults(self.parameters, arguments)

    def run(
        self, source: Source, arguments: Mapping[str, Any], meter: Meter | None = None
    ) -> Outcome:
        """Run on `source`; raises TaskError where arguments or outcome cannot be used."""
        if faults := self.check(arguments):
            raise TaskError(f"task {self.name}: {'; '.join(faults)}")
        if self.limits is None:
            return Outcome.of(self.function(source, **arguments))
        return Outcome.of(confine(self.function, source, arguments, self.limits, meter))


def task(
    name: str,
    timeout: float = TIMEOUT,
    limits: Limits | None = None,
    *,
    brief: int = -1,
    away: bool = False,
    linked: Linked = _alone,
    needs_file: bool = True,
    tools: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Mark a function `f(source, *, …)` as the task `name`; f.task is the Task.

    timeout: seconds. limits: what a process of its own may use; without them it runs in the worker.
    brief: bytes up to which a file takes a few milliseconds; -1: no file does.
    away: whether it can also work on the copy of a content that is in the archive.
    linked: by the arguments, seconds in which others may read the file by `source.url`, or None.
    needs_file: whether it has nothing to do where there is no file, as on a service's schedule.
    tools: what it works with, by the names of distributions, for what it makes to tell.

    Raises ValueError for a bad name, TypeError for a function that cannot be a task.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a task; right is for example video.proxy-2")

    def mark(function: Function) -> Function:
        found = Task(
            name, function, timeout, _summary(function), read_parameters(function),
            limits=limits, brief=brief, away=away, linked=linked, needs_file=needs_file,
            tools=tools,
        )  # fmt: skip
        setattr(function, "task", found)  # noqa: B010 - a function type declares no attributes
        return function

    return mark


def _summary(function: Callable[..., Any]) -> str:
    """The first line of its docstring."""
    return (inspect.getdoc(function) or "").partition("\n")[0]
