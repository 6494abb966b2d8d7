"""A module of tasks: the processes that load it meter nothing. For the bench alone.

Figures are not added up, nothing is entered in the journal, reads are not noted, and what is new
has no object for its figures.
"""

from collections.abc import Mapping

from mserve.resources import metering, node
from mserve.resources.figure import NOTHING, Figure
from mserve.resources.journal import Journal
from mserve.tasks.outcome import Outcome
from mserve.tasks.reads import Reads
from mserve.tasks.registry import task
from mserve.tasks.source import Source


class Unused:
    """In the place of a node's figures."""

    figures: Mapping[str, Figure] = {}
    limits: Mapping[str, int] = {}

    def get(self, metric: str) -> Figure:
        return NOTHING


@task("unmetered")
def unmetered(source: Source) -> Outcome:
    """Tells that the module is loaded."""
    return Outcome("nothing is metered")


def nothing(*arguments: object) -> None:
    """What is done in the place of metering."""


setattr(node, "Usage", Unused)  # noqa: B010 - the module's name for another class
for owner, name in ((metering, "change_all"), (Journal, "note"), (Reads, "note")):
    setattr(owner, name, nothing)
