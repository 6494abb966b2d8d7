"""The form of a workflow's task, a new one or one that is there, with its parameters as fields.

The condition is checked as it is typed, and tried on a file if one is named.
"""

from typing import Any

from pyramid.renderers import render_to_response
from pyramid.response import Response

from mserve.errors import BadDocument, MserveError
from mserve.resources.pieces import Piece, SpecPiece, Specs
from mserve.resources.roles import Permission
from mserve.views import profile_json
from mserve.views.config import page
from mserve.views.html import arguments, trying
from mserve.views.html.asked import further
from mserve.views.html.editing import (
    Faults,
    change,
    failed,
    faults_of,
    onward,
    path_to,
    pointer,
    profile_url,
    start_over,
    typed,
)
from mserve.views.html.forms import form
from mserve.views.html.login import template
from mserve.views.html.walking import Walk, walk
from mserve.views.html.workflow import EDIT
from mserve.views.paging import number_like
from mserve.views.profile_body import tried

TEMPLATE = "task.jinja2"
BLANK: dict[str, Any] = {
    "task": "", "name": "", "arguments": {}, "condition": "", "queue": None, "retries": 2,
    "mfile": "",
}  # fmt: skip
Json = dict[str, Any]


@page(context=SpecPiece, permission=Permission.VIEW, template=TEMPLATE)
def show(context: SpecPiece, request: Any) -> Json:
    """The task as it is."""
    number, place = int(context.__parent__.__parent__.__name__), int(context.__name__)
    workflows = profile_json.profile(request, context.profile)["workflows"]
    spec = workflows[context.steps[1]]["sets"][number]["tasks"][place]
    return {"fault": None, "faults": {}, **told(request, context, spec)}


@page(context=Specs, permission=EDIT, template=TEMPLATE)
def show_new(context: Specs, request: Any) -> Json:
    """A new task, of which at first the query's `task` alone is known."""
    spec = {**BLANK, "task": request.GET.get("task", "")}
    return {"fault": None, "faults": {}, **told(request, context, spec)}


def told(request: Any, piece: Piece, spec: Json, path: str = "") -> Json:
    """What the page shows of a task's document, and of the file that it is tried on."""
    profile, steps = piece.profile, piece.steps
    task = request.tasks.get(spec["task"])
    above = profile_url(request, profile, "workflows", steps[1])
    new = isinstance(piece, Specs)
    return {
        "node": profile.__parent__,
        "version": profile.version,
        "new": new,
        "spec": spec,
        "summary": task.summary if task is not None else "",
        "arguments": [*arguments.shown(task, spec["arguments"])],
        "known": [(each.name, each.summary) for each in request.tasks.values()],
        "queues": sorted(request.settings.queues),
        "here": profile_url(request, profile, *steps),
        "above": above,
        "beyond": path_to(request, profile, (steps[1], above), (_called(spec), "")),
        "files": [*trying.files(request, profile.__parent__)],
        "path": path,
        "walked": walked(request, profile.__parent__),
        "step": lambda **where: further(profile_url(request, profile, *steps), where),
        "said": trying.condition(request, profile, steps[1], spec, path),
    }


def walked(request: Any, node: Any) -> Walk | None:
    """The walk to a file of the service, once it was begun: the query has `at` then."""
    at = request.GET.get("at")
    if at is None or node.type != "service":
        return None
    return walk(request, node, at, typed(request, "find").strip(), files=True)


def _called(spec: Json) -> str:
    return str(spec["name"] or spec["task"] or "+")


def draft(request: Any) -> Json:
    """The document that the form's fields ask for."""
    called, retries = typed(request, "task"), typed(request, "retries", "2").strip()
    return {
        "task": called,
        "name": typed(request, "name") or called,
        "arguments": arguments.read(request, request.tasks.get(called)),
        "condition": typed(request, "condition"),
        "queue": typed(request, "queue") or None,
        "retries": int(retries) if number_like(retries) else retries,
        "mfile": typed(request, "mfile"),
    }


def operation(piece: Piece, spec: Json) -> Json:
    """What puts the task to its place."""
    if isinstance(piece, Specs):
        return {"op": "add", "path": pointer(*piece.steps, "-"), "value": spec}
    return {"op": "replace", "path": pointer(*piece.steps), "value": spec}


def own_faults(piece: Piece, faults: Faults) -> Faults:
    """Those of the task itself, by their places in it; all others by the whole place."""
    last = len(piece.value) if isinstance(piece, Specs) else None
    place = pointer(*piece.steps, *([] if last is None else [last]))
    return {at.removeprefix(place): what for at, what in faults.items()}


@form(context=Specs, do="check", permission=EDIT)
@form(context=SpecPiece, do="check", permission=EDIT)
def check(context: Piece, request: Any) -> Response:
    """The form once more, with what is wrong in it; nothing is changed.

    The query may have the `path` of a file to try it on, or `at`, where one is looked for.
    """
    spec, faults = draft(request), {}
    try:
        tried(request, context.profile, [operation(context, spec)])
    except BadDocument as fault:
        faults = own_faults(context, faults_of(fault))
    shown = told(request, context, spec, request.GET.get("path", typed(request, "path")))
    return render_to_response(
        template(TEMPLATE), {"fault": None, "faults": faults, **shown}, request
    )


@form(context=Specs, do="save", permission=EDIT)
@form(context=SpecPiece, do="save", permission=EDIT)
def save(context: Piece, request: Any) -> Response:
    """Adds the task to its set, or changes it."""
    spec = draft(request)
    try:
        before = change(request, context.profile, operation(context, spec))
    except MserveError as fault:
        start_over(request)
        shown = told(request, context, spec, typed(request, "path"))
        own = own_faults(context, faults_of(fault))
        return failed(request, TEMPLATE, fault, shown, own)
    number = context.steps[3]
    place = len(context.value) if isinstance(context, Specs) else context.__name__
    where = profile_url(request, context.profile, "workflows", context.steps[1])
    return onward(where, before, f"{number}-{place}")
