"""The registry of tasks: @task marks a plain function, TaskRegistry finds all that are installed.

How a task is written is told in docs/tasks.md.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any, TypeVar

from mserve.errors import DuplicateTask, SettingsError, TaskError
from mserve.tasks.confine import Limits, Meter, confine
from mserve.tasks.library import MODULES
from mserve.tasks.outcome import Outcome, Output, Rendition
from mserve.tasks.parameters import find_faults, read_parameters
from mserve.tasks.source import Source

__all__ = [
    "Limits", "Outcome", "Output", "Rendition", "Source", "Task", "TaskError", "TaskRegistry",
    "task",
]  # fmt: skip

GROUP = "mserve.tasks"
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
        summary = (inspect.getdoc(function) or "").partition("\n")[0]
        found = Task(
            name=name,
            function=function,
            timeout=timeout,
            summary=summary,
            parameters=read_parameters(function),
            limits=limits,
            brief=brief,
            away=away,
            linked=linked,
            needs_file=needs_file,
            tools=tools,
        )
        setattr(function, "task", found)  # noqa: B010 - a function type declares no attributes
        return function

    return mark


class TaskRegistry(Mapping[str, Task]):
    """All known tasks by name; does not change once made."""

    def __init__(self, tasks: Iterable[Task] = ()) -> None:
        """Raises DuplicateTask where two tasks have one name."""
        self._tasks: dict[str, Task] = {}
        for each in tasks:
            if self._tasks.setdefault(each.name, each) is not each:
                raise DuplicateTask(_clash(self._tasks[each.name], each))

    @classmethod
    def load(cls, modules: Iterable[str] = ()) -> "TaskRegistry":
        """Built-in tasks, those of installed packages, and those of `modules`.

        Raises SettingsError with everything that could not be imported, DuplicateTask.
        """
        origins: dict[str, Callable[[], object]] = {
            name: partial(import_module, name) for name in MODULES
        }
        for point in entry_points(group=GROUP):
            origins[f"entry point {point.name} = {point.value} in group {GROUP}"] = point.load
        for name in modules:
            origins[f"mserve.tasks = {name}"] = partial(import_module, name)
        return cls(_collect(origins))

    def confined(self) -> set[str]:
        """The modules of the tasks that run in processes of their own."""
        return {each.function.__module__ for each in self._tasks.values() if each.limits}

    def __getitem__(self, name: str) -> Task:
        return self._tasks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._tasks))

    def __len__(self) -> int:
        return len(self._tasks)


def _collect(origins: Mapping[str, Callable[[], object]]) -> list[Task]:
    tasks: list[Task] = []
    faults: list[str] = []
    for origin, load in origins.items():
        try:
            found = _tasks_of(load())
        except Exception as fault:  # whatever a stranger's module raises while it is imported
            faults.append(f"{origin}: cannot be imported: {type(fault).__name__}: {fault}")
        else:
            tasks.extend(found)
            if not found:
                faults.append(f"{origin}: there is no function with @task in it")
    if faults:
        raise SettingsError(faults)
    return tasks


def _tasks_of(found: object) -> list[Task]:
    """The tasks of a module, or of a single function."""
    functions = vars(found).values() if isinstance(found, ModuleType) else [found]
    marks = [getattr(each, "task", None) for each in functions if callable(each)]
    return [mark for mark in marks if isinstance(mark, Task)]


def _clash(first: Task, second: Task) -> str:
    places = [
        f"{each.function.__module__}.{each.function.__qualname__}" for each in (first, second)
    ]
    return f"two tasks are called {first.name!r}: {' and '.join(places)}"
