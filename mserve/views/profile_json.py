"""The JSON of a profile: the document that `PUT` takes."""

from dataclasses import asdict
from typing import Any

from mserve.resources.pieces import EditionView
from mserve.resources.profile import Profile, TaskSet, TaskSpec, Workflow
from mserve.views.json import Json
from mserve.views.urls import facet_url


def profile(request: Any, thing: Profile | EditionView) -> Json:
    """A profile, or a version of it."""
    return {
        "name": thing.name,
        "url": facet_url(request, thing.__parent__, "profiles", thing.name),
        "version": thing.version,
        "workflows": {
            name: _workflow(workflow) for name, workflow in sorted(thing.workflows.items())
        },
    }


def _workflow(workflow: Workflow) -> Json:
    schedule = workflow.schedule
    return {
        "sets": [_task_set(each) for each in workflow.sets],
        "window": workflow.window,
        "schedule": None if schedule is None else asdict(schedule),
    }


def _task_set(task_set: TaskSet) -> Json:
    return {
        "name": task_set.name,
        "on_failure": task_set.on_failure,
        "tasks": [_spec(spec) for spec in task_set.tasks],
    }


def _spec(spec: TaskSpec) -> Json:
    return {
        "task": spec.task,
        "name": spec.name,
        "arguments": dict(spec.arguments),
        "condition": spec.condition,
        "queue": spec.queue,
        "retries": spec.retries,
        "mfile": spec.mfile,
    }
