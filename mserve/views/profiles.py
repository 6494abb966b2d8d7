"""A profile's JSON document, checked whole: every fault is told, with its place (RFC 6901)."""

from collections.abc import Callable, Mapping
from typing import Any

from mserve.errors import BadDocument, BadInput
from mserve.ingest.naming import Naming
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.resources.schedule import Schedule
from mserve.settings import Settings
from mserve.tasks.condition import Condition
from mserve.views.body import Fields, mapping, pointer, text
from mserve.views.schedules import find_faults, limit_scheduled, read_schedule

RETRIES = 20
LONGEST = 366 * 86_400  # seconds


def queue(settings: Settings) -> Callable[[Any], str]:
    """A check that a value names one of the queues of the settings."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in settings.queues:
            raise BadInput(f"should be a queue; there are: {', '.join(sorted(settings.queues))}")
        return value

    return check


def task(tasks: Mapping[str, Any]) -> Callable[[Any], str]:
    """A check that a value names a registered task."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in tasks:
            raise BadInput(f"should be a task; there are: {', '.join(sorted(tasks))}")
        return value

    return check


class ProfileReader:
    """Makes workflows of a document."""

    def __init__(self, tasks: Mapping[str, Any], settings: Settings) -> None:
        self.tasks = tasks
        self.queue = queue(settings)
        self.faults: list[tuple[str, str]] = []

    def read(self, document: Mapping[str, Any]) -> dict[str, Workflow]:
        """`{"workflows": {name: {"sets": [{"name", "on_failure"?, "tasks"}], "schedule"?}}}`."""
        fields = Fields(document)
        for shown in ("name", "url", "version"):  # a document that was read can be sent back
            fields.rest.pop(shown, None)
        found = fields.need("workflows", mapping) or {}
        workflows = {name: self._workflow(name, each) for name, each in found.items()}
        self.faults += limit_scheduled(workflows)
        self._collect("", fields)
        if self.faults:
            raise BadDocument(self.faults)
        return workflows

    def _workflow(self, name: str, source: Any) -> Workflow:
        place = f"/workflows{pointer(name)}"
        fields = self._fields(place, source)
        sets = fields.need("sets", items) or []
        window = fields.take("window", seconds, Workflow.window)
        schedule = self._schedule(f"{place}/schedule", fields.take("schedule", mapping))
        self._collect(place, fields)
        made = (self._set(f"{place}/sets/{n}", each) for n, each in enumerate(sets))
        workflow = Workflow(tuple(made), window, schedule)
        self.faults += [
            (place + at, fault) for at, fault in find_faults(name, workflow, self.tasks)
        ]
        return workflow

    def _schedule(self, place: str, source: dict[str, Any] | None) -> Schedule | None:
        try:
            return None if source is None else read_schedule(source)
        except BadDocument as fault:
            self.faults += [(f"{place}{where}", what) for where, what in fault.faults]
        return None

    def _set(self, place: str, source: Any) -> TaskSet:
        fields = self._fields(place, source)
        name = fields.take("name", text, "")
        tasks = fields.need("tasks", items) or []
        on_failure = fields.take("on_failure", stop_or_continue, "stop")
        self._collect(place, fields)
        specs = (self._spec(f"{place}/tasks/{n}", each) for n, each in enumerate(tasks))
        return TaskSet(name, tuple(specs), on_failure)

    def _spec(self, place: str, source: Any) -> TaskSpec:
        fields = self._fields(place, source)
        called = fields.need("task", task(self.tasks)) or ""
        spec = TaskSpec(
            task=called,
            name=fields.take("name", text, called),
            arguments=fields.take("arguments", mapping, {}) or {},
            condition=fields.take("condition", condition, ""),
            queue=fields.take("queue", self.queue),
            retries=fields.take("retries", retries, TaskSpec.retries),
            mfile=fields.take("mfile", naming, ""),
        )
        if called:
            faults = self.tasks[called].check(spec.arguments)
            fields.faults += [("/arguments", fault) for fault in faults]
        self._collect(place, fields)
        return spec

    def _fields(self, place: str, source: Any) -> Fields:
        if isinstance(source, dict):
            return Fields(source)
        self.faults.append((place, "should be a JSON object"))
        return Fields({})

    def _collect(self, place: str, fields: Fields) -> None:
        try:
            fields.end()
        except BadDocument as fault:
            self.faults += [(f"{place}{where}", what) for where, what in fault.faults]


def items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadInput("should be a JSON array")
    return value


def stop_or_continue(value: Any) -> str:
    if value not in ("stop", "continue"):
        raise BadInput('should be "stop" or "continue"')
    return str(value)


def retries(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= RETRIES:
        raise BadInput(f"should be a whole number from 0 to {RETRIES}")
    return value


def seconds(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LONGEST:
        raise BadInput(f"should be a whole number of seconds from 1 to {LONGEST}")
    return value


def naming(value: Any) -> str:
    """Where outputs become files; empty: nowhere."""
    return Naming.parse(text(value)).text if value != "" else ""


def condition(value: Any) -> str:
    """A CEL condition, parsed now so that a bad one is refused now."""
    Condition.parse(text(value))
    return str(value)
