"""A module of tasks: the processes that load it meter nothing, or not always. For the bench alone.

Figures are not added up, nothing is entered in the journal, and reads are not noted. What other
things need stays: the keys of what is to be indexed, and the traces by which services know their
history.
"""

from collections.abc import Callable, Sequence
from typing import Any

from bench import switch
from mserve.resources.journal import Journal
from mserve.tasks.outcome import Outcome
from mserve.tasks.reads import Reads
from mserve.tasks.registry import task
from mserve.tasks.source import Source


@task("unmetered")
def unmetered(source: Source) -> Outcome:
    """Tells that the module is loaded."""
    return Outcome("nothing is metered")


class Unsaid:
    """In the place of a draft: what is to be added has been."""

    def adds(self, *arguments: object) -> bool:
        return True


def unless_off(note: Callable[..., Any], off: Sequence[int]) -> Callable[..., Any]:
    def either(*arguments: Any, **options: Any) -> Any:
        return Unsaid() if off[0] else note(*arguments, **options)

    return either


for owner in (Journal, Reads):
    setattr(owner, "note", unless_off(owner.note, switch.known()))  # noqa: B010 - another method
