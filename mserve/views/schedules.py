"""A workflow's schedule in JSON, checked: as a part of a profile's document."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mserve.errors import BadInput
from mserve.resources.cron import check_cron, check_timezone
from mserve.resources.profile import TaskSpec, Workflow
from mserve.resources.schedule import COLLAPSE, EACH, MISSED, SERVICE, Schedule
from mserve.tasks.condition import Condition
from mserve.views.body import Fields, flag, text

UNSCHEDULED = ("ingest", "access", "update")
"""Workflows that start by what happens to a file."""
WAY_OUT = 'the schedule is for the service as a whole; {"each": "file"} is for each file'
MOST = 100  # workflows of a profile that have one
Fault = tuple[str, str]


def read_schedule(source: Mapping[str, Any]) -> Schedule:
    """`{"cron", "timezone"?, "missed"?, "each"?, "condition"?, "paused"?}`.

    Raises BadDocument.
    """
    fields = Fields(source)
    schedule = Schedule(
        cron=fields.need("cron", check_cron),
        timezone=fields.take("timezone", check_timezone, "UTC"),
        missed=fields.take("missed", _one_of(MISSED), COLLAPSE),
        each=fields.take("each", _one_of(EACH), SERVICE),
        condition=fields.take("condition", _condition, ""),
        paused=fields.take("paused", flag, False),
    )
    fields.end()
    return schedule


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in words:
            raise BadInput(f"should be one of: {', '.join(words)}")
        return str(value)

    return check


def _condition(value: Any) -> str:
    return Condition.parse(text(value)).text


def find_faults(name: str, workflow: Workflow, tasks: Mapping[str, Any]) -> Iterator[Fault]:
    """What of the workflow `name` cannot be on its schedule, by places in it."""
    schedule = workflow.schedule
    if schedule is None:
        return
    if name in UNSCHEDULED:
        yield (
            "/schedule",
            f"the workflow {name!r} starts by what happens to a file, not by the time",
        )
    elif schedule.each == SERVICE:
        if _asks_about_file(schedule.condition):
            yield "/schedule/condition", f"asks about a file; {WAY_OUT}"
        for place, fault in find_files_needed(workflow, tasks):
            yield place, f"{fault}; {WAY_OUT}"


def limit_scheduled(workflows: Mapping[str, Workflow]) -> Iterator[Fault]:
    """That there are too many schedules in a profile."""
    number = sum(each.schedule is not None for each in workflows.values())
    if number > MOST:
        yield "/workflows", f"{number} of them have a schedule; at most {MOST} may"


def find_files_needed(workflow: Workflow, tasks: Mapping[str, Any]) -> Iterator[Fault]:
    """What of the workflow can only be done with a file, by places in it."""
    for number, task_set in enumerate(workflow.sets):
        for index, spec in enumerate(task_set.tasks):
            place = f"/sets/{number}/tasks/{index}"
            yield from ((place + at, fault) for at, fault in file_needed(spec, tasks))


def file_needed(spec: TaskSpec, tasks: Mapping[str, Any]) -> Iterator[Fault]:
    """What of the task can only be done with a file, by places in it."""
    if spec.task in tasks and tasks[spec.task].needs_file:
        others = ", ".join(name for name in sorted(tasks) if not tasks[name].needs_file)
        yield "/task", f"{spec.task} needs a file ({others} do not)"
    if _asks_about_file(spec.condition):
        yield "/condition", "asks about a file"


def _asks_about_file(condition: str | None) -> bool:
    """Of one that was refused nothing more is said."""
    return "mfile" in Condition(condition or "").names
