"""The page of tasks: what can be run, and what each can be told."""

from typing import Any

from mserve.resources.facets import Tasks
from mserve.resources.roles import Permission
from mserve.views.api import tasks
from mserve.views.config import page


@page(context=Tasks, permission=Permission.VIEW, template="tasks.jinja2")
def shown(context: Tasks, request: Any) -> dict[str, Any]:
    """The same for people."""
    return {"tasks": [tasks.told(each) for each in request.tasks.values()], "node": context.node}
