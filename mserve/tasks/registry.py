"""The registry of tasks: all that are installed, and what the module of a task imports.

How a task is written is told in docs/tasks.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType

from mserve.errors import DuplicateTask, SettingsError, TaskError
from mserve.tasks.confine import Limits
from mserve.tasks.library import MODULES
from mserve.tasks.outcome import Outcome, Output, Rendition
from mserve.tasks.source import Source
from mserve.tasks.task import Task, task

__all__ = [
    "Limits", "Outcome", "Output", "Rendition", "Source", "Task", "TaskError", "TaskRegistry",
    "task",
]  # fmt: skip

GROUP = "mserve.tasks"


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
