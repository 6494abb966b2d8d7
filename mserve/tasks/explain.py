"""Explain: which tasks of a workflow would run on a file, and why the others would not."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mserve.errors import BadInput, TaskError
from mserve.resources.profile import TRIGGERS, TaskSpec, Workflow
from mserve.tasks import facts
from mserve.tasks.condition import Condition

MADE_UP: Mapping[str, Any] = {
    "name": "file", "mimetype": "application/octet-stream", "size": 0, "version": 1, "metadata": {},
}  # fmt: skip
"""What is supposed of a file of which nothing else is said."""


class Explained(NamedTuple):
    """A task of a set: whether it would run, where, and in words why."""

    spec: TaskSpec
    queue: str
    runs: bool
    why: str


def explain(
    workflow: Workflow, name: str, service: Any, mfile: Mapping[str, Any]
) -> list[list[Explained]]:
    """Each set of the workflow `name`, for a file with these facts."""
    trigger = name if name in TRIGGERS else "manual"
    known = facts.about({**MADE_UP, **mfile}, service, name, trigger)
    return [[_explain(spec, service, known) for spec in each.tasks] for each in workflow.sets]


def of_file(mfile: Any) -> dict[str, Any]:
    """The facts of a file that there is."""
    return facts.of_file(mfile) | facts.of_content(mfile, mfile.content)


def _explain(spec: TaskSpec, service: Any, known: Mapping[str, Any]) -> Explained:
    queue = facts.queue_of(spec, service)
    if not spec.condition.strip():
        return Explained(spec, queue, True, "it has no condition")
    try:
        holds = Condition.parse(spec.condition).holds(known)
    except (TaskError, BadInput) as fault:
        return Explained(spec, queue, False, f"its condition fails, and so does it: {fault}")
    return Explained(spec, queue, holds, f"its condition is {str(holds).lower()}")
