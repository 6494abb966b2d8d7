"""REST of explanations: what a workflow would do with a file, at `/-/profiles/<name>/explain`."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from mserve.errors import BadInput, Missing
from mserve.resources.mfile import Mfile
from mserve.resources.names import check_path
from mserve.resources.profile import Explain
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.tasks.explain import MADE_UP, Explained, explain, of_file
from mserve.views.body import Fields, document, mapping, text
from mserve.views.config import rest
from mserve.views.json import Json

NEW = SimpleNamespace(__name__="", priority=False)
"""A service that a container's profile is for."""


@rest(context=Explain, method="POST", permission=Permission.VIEW,
      takes="ExplainIt", gives="Explained")  # fmt: skip
def explained(context: Explain, request: Any) -> Json:
    """Which tasks would run on a file, in which queues, and why: `{"workflow"?, "path" | "file"}`.

    `path` leads from the service to a file; `file` is one made up, of which at least the facts
    that conditions ask about are told.
    """
    profile = context.__parent__
    fields = Fields(document(request))
    name = fields.take("workflow", text, "ingest")
    path = fields.take("path", text)
    made_up = fields.take("file", _made_up)
    fields.end()
    return told(profile, name, path, made_up)


def told(profile: Any, name: str, path: str | None, made_up: Mapping[str, Any] | None) -> Json:
    """What the workflow `name` would do with the file at `path`, or with one that is made up.

    Raises BadInput, Missing.
    """
    service = profile.__parent__ if isinstance(profile.__parent__, Service) else NEW
    if (path is None) == (made_up is None):
        raise BadInput('name either the "path" of a file or a "file" that is made up')
    if name not in profile.workflows:
        raise BadInput(f"there is no workflow {name!r}; there are: {', '.join(profile.workflows)}")
    about = made_up or {} if path is None else of_file(file_at(service, path))
    workflow = profile.workflows[name]
    sets = explain(workflow, name, service, about)
    return {
        "workflow": name,
        "profile_version": profile.version,
        "sets": [
            {"name": each.name, "tasks": [_told(task) for task in tasks]}
            for each, tasks in zip(workflow.sets, sets, strict=True)
        ],
    }


def _made_up(value: Any) -> dict[str, Any]:
    found = mapping(value)
    for name, each in found.items():
        if name not in MADE_UP or type(each) is not type(MADE_UP[name]):
            known = ", ".join(f"{name} like {example!r}" for name, example in MADE_UP.items())
            raise BadInput(f"{name!r} is not known, or of another type; known: {known}")
    return found


def file_at(service: Any, path: str) -> Mfile:
    """The file at `path` in the service; raises BadInput, Missing."""
    if not isinstance(service, Service):
        raise BadInput('of the profile of a container "file" alone can be told')
    node: Any = service
    for name in check_path(path):
        node = node.get(name) if hasattr(node, "get") else None
    if not isinstance(node, Mfile):
        raise Missing(f"there is no file {path!r} in this service")
    return node


def _told(task: Explained) -> Mapping[str, Any]:
    spec = task.spec
    return {
        "name": spec.name,
        "task": spec.task,
        "queue": task.queue,
        "condition": spec.condition,
        "runs": task.runs,
        "why": task.why,
    }
