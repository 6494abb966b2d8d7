"""REST of tasks: what can be run, at `/-/tasks`, by the tasks' own signatures and docstrings."""

from inspect import getdoc
from typing import Any

from mserve.resources.facets import Tasks
from mserve.resources.roles import Permission
from mserve.tasks.forms import schema
from mserve.tasks.task import Task
from mserve.views.config import rest
from mserve.views.json import Json


@rest(context=Tasks, method="GET", permission=Permission.VIEW, gives="Tasks")
def listing(context: Tasks, request: Any) -> Any:
    """All tasks that workflows can name, with the arguments that each takes."""
    return {"items": [told(each) for each in request.tasks.values()]}


def told(task: Task) -> Json:
    """A task as JSON; `limits` is null for one that runs in the worker's own process."""
    limits = task.limits
    return {
        "name": task.name,
        "summary": task.summary,
        "description": getdoc(task.function) or "",
        "timeout": task.timeout,
        "needs_file": task.needs_file,
        "limits": None if limits is None else vars(limits),
        "arguments": schema(task.parameters),
    }
