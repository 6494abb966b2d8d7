"""The page of a workflow: its sets and tasks in order, each with what can be done with it."""

from typing import Any

from pyramid.response import Response

from mserve.errors import MserveError
from mserve.resources.pieces import Piece, SetPiece, Sets, SpecPiece, WorkflowPiece
from mserve.resources.profile import TRIGGERS, Profile
from mserve.resources.roles import Permission
from mserve.views import profile_json
from mserve.views.config import page
from mserve.views.html import schedule_form
from mserve.views.html.editing import (
    change,
    failed,
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
from mserve.views.paging import number_like

TEMPLATE = "workflow.jinja2"
EDIT = Permission.CONFIGURE


@page(context=WorkflowPiece, permission=Permission.VIEW, template=TEMPLATE)
def show(context: WorkflowPiece, request: Any) -> dict[str, Any]:
    """Its sets and tasks, and when it starts by the clock."""
    faults = standing(request, context.profile)
    return {"fault": None, "faults": faults, **told(request, context.profile, context.__name__)}


def told(request: Any, profile: Profile, name: str) -> dict[str, Any]:
    """What the page shows of the workflow as it is now."""
    found = profile_json.profile(request, profile)["workflows"].get(
        name, {"sets": [], "window": None}
    )
    here = profile_url(request, profile, "workflows", name)
    return {
        "node": profile.__parent__,
        "profile": profile.name,
        "version": profile.version,
        "workflow": name,
        "sets": found["sets"],
        "window": found["window"],
        "here": here,
        "above": profile_url(request, profile),
        "beyond": path_to(request, profile, (name, here)),
        "trigger": name if name in TRIGGERS else "manual",
        "undo": undoable(request, profile),
        "at": request.GET.get("at", ""),
        "tasks": [(each.name, each.summary) for each in request.tasks.values()],
        **schedule_form.told(profile, name, found.get("schedule")),
    }


def again(request: Any, piece: Piece, fault: MserveError, **other: Any) -> Response:
    """The page of the piece's workflow once more, and why nothing was done."""
    start_over(request)
    shown = told(request, piece.profile, piece.steps[1])
    return failed(request, TEMPLATE, fault, {**shown, **other})


def edited(request: Any, piece: Piece, at: str, *operations: dict[str, Any]) -> Response:
    """Changes the piece's profile, and leads on to the page of its workflow."""
    try:
        before = change(request, piece.profile, *operations)
    except MserveError as fault:
        return again(request, piece, fault)
    return onward(profile_url(request, piece.profile, "workflows", piece.steps[1]), before, at)


@form(context=WorkflowPiece, do="window", permission=EDIT)
def set_window(context: WorkflowPiece, request: Any) -> Response:
    """For how long an access keeps others from starting the workflow."""
    text = field(request, "window").strip()
    value = int(text) if number_like(text) else text
    place = pointer(*context.steps, "window")
    return edited(request, context, "", {"op": "replace", "path": place, "value": value})


@form(context=WorkflowPiece, do="remove", permission=EDIT)
def remove_workflow(context: WorkflowPiece, request: Any) -> Response:
    """Removes the workflow, or empties that of a trigger; leads to the page of its profile."""
    try:
        before = change(request, context.profile, {"op": "remove", "path": pointer(*context.steps)})
    except MserveError as fault:
        return again(request, context, fault)
    return onward(profile_url(request, context.profile), before)


@form(context=Sets, do="add", permission=EDIT)
def add_set(context: Sets, request: Any) -> Response:
    """Adds a set without tasks at the end."""
    value = {"name": typed(request, "name"), "tasks": []}
    operation = {"op": "add", "path": pointer(*context.steps, "-"), "value": value}
    return edited(request, context, str(len(context.value)), operation)


@form(context=SetPiece, do="save", permission=EDIT)
def save_set(context: SetPiece, request: Any) -> Response:
    """Sets what it is called, and whether the next one starts when a task of it has failed."""
    given = {name: typed(request, name) for name in ("name", "on_failure")}
    operations = [
        {"op": "replace", "path": pointer(*context.steps, name), "value": value}
        for name, value in given.items()
    ]
    return edited(request, context, context.__name__, *operations)


@form(context=SetPiece, do="remove", permission=EDIT)
@form(context=SpecPiece, do="remove", permission=EDIT)
def remove_piece(context: Piece, request: Any) -> Response:
    """Takes it out of the workflow; the page that follows can undo that."""
    return edited(request, context, "", {"op": "remove", "path": pointer(*context.steps)})
