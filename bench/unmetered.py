"""A module of tasks: the processes that load it meter nothing, or not always. For the bench alone.

Figures are not added up, nothing is entered in the journal, and reads are not noted. What other
things need stays: marks of what is to be indexed, and the traces by which services know their
history.
"""

import os
from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from typing import Any

from mserve.resources.journal import Journal
from mserve.tasks.outcome import Outcome
from mserve.tasks.reads import Reads
from mserve.tasks.registry import task
from mserve.tasks.source import Source

SWITCH = "MSERVE_BENCH_UNMETERED"
"""In the environment: a file, of which the byte is 0 while it is metered; without it none is."""


@task("unmetered")
def unmetered(source: Source) -> Outcome:
    """Tells that the module is loaded."""
    return Outcome("nothing is metered")


class Unsaid:
    """In the place of a draft: what is to be added has been."""

    def adds(self, *arguments: object) -> bool:
        return True


def switch() -> Any:
    """What that file has, as it is at each moment."""
    if SWITCH not in os.environ:
        return b"\1"
    with open(os.environ[SWITCH], "rb") as file:
        return mmap(file.fileno(), 1, access=ACCESS_READ)


def unless_off(note: Callable[..., Any], off: Any) -> Callable[..., Any]:
    def either(*arguments: Any) -> Any:
        return Unsaid() if off[0] else note(*arguments)

    return either


for owner in (Journal, Reads):
    setattr(owner, "note", unless_off(owner.note, switch()))  # noqa: B010 - another method
