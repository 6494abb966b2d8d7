"""The page of a profile: its workflows, and the whole as YAML."""

from typing import Any

from pyramid.response import Response

from mserve.errors import MserveError, NameTaken
from mserve.resources.profile import TRIGGERS, Profile
from mserve.resources.roles import Permission
from mserve.views import profile_json, yaml
from mserve.views.config import page
from mserve.views.html.editing import (
    change,
    failed,
    need_version,
    onward,
    path_to,
    pointer,
    profile_url,
    standing,
    start_over,
    typed,
    undoable,
)
from mserve.views.html.forms import field, form
from mserve.views.profile_body import change as change_profile
from mserve.views.profile_body import written

TEMPLATE = "profile.jinja2"
EDIT = Permission.CONFIGURE


@page(context=Profile, permission=Permission.VIEW, template=TEMPLATE)
def show(context: Profile, request: Any) -> dict[str, Any]:
    """Its workflows, with a form for more, and the whole as YAML."""
    faults = standing(request, context)
    return {"fault": None, "faults": faults, **told(request, context)}


def told(request: Any, profile: Profile) -> dict[str, Any]:
    """What the page shows."""
    found = profile_json.profile(request, profile)
    here = profile_url(request, profile)
    return {
        "node": profile.__parent__,
        "profile": profile.name,
        "version": profile.version,
        "used": profile.__parent__.profile == profile.name,
        "workflows": [_line(name, each) for name, each in found["workflows"].items()],
        "here": here,
        "beyond": path_to(request, profile),
        "undo": undoable(request, profile),
        "yaml": document(request, profile),
        "opened": False,
        "name": "",
    }


def document(request: Any, profile: Any) -> str:
    """The workflows of a profile, or of one of its versions, as YAML."""
    return yaml.written({"workflows": profile_json.profile(request, profile)["workflows"]})


def _line(name: str, workflow: dict[str, Any]) -> dict[str, Any]:
    tasks = [task["name"] for each in workflow["sets"] for task in each["tasks"]]
    return {
        "name": name,
        "trigger": name if name in TRIGGERS else "manual",
        "sets": len(workflow["sets"]),
        "tasks": tasks,
        "schedule": workflow["schedule"],
    }


@form(context=Profile, do="yaml", permission=EDIT)
def replace(context: Profile, request: Any) -> Response:
    """Replaces all workflows by those of the field `yaml`."""
    text, before = typed(request, "yaml"), context.version
    try:
        need_version(request, context)
        change_profile(context, written(request, text))
    except MserveError as fault:
        start_over(request)
        shown = {**told(request, context), "yaml": text, "opened": True}
        return failed(request, TEMPLATE, fault, shown)
    return onward(profile_url(request, context), before)


@form(context=Profile, do="add", permission=EDIT)
def add(context: Profile, request: Any) -> Response:
    """Adds a workflow without sets; leads to its page."""
    name = field(request, "name")
    try:
        if name in context.workflows:
            raise NameTaken(name)
        operation = {"op": "add", "path": pointer("workflows", name), "value": {"sets": []}}
        before = change(request, context, operation)
    except MserveError as fault:
        start_over(request)
        return failed(request, TEMPLATE, fault, {**told(request, context), "name": name})
    return onward(profile_url(request, context, "workflows", name), before)
