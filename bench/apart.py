"""A module of tasks: processes that load it do not take turns. For the bench alone.

So it is between machines of a site, whose web processes know nothing of each other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mserve.taking_turns import MachineLock
from mserve.tasks.outcome import Outcome
from mserve.tasks.registry import task
from mserve.tasks.source import Source


@task("apart")
def apart(source: Source) -> Outcome:
    """Tells that the module is loaded."""
    return Outcome("nobody waits for another process")


@contextmanager
def held(lock: MachineLock, patience: float = 0.0) -> Iterator[Callable[[], None]]:
    """In the place of the lock's."""
    yield lambda: None


setattr(MachineLock, "held", held)  # noqa: B010 - another method of the class
