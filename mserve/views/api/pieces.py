"""REST of a profile's pieces: workflows, task sets and tasks, each at a place of its own.

The path below the profile is the piece's JSON Pointer in its document, as in
`/-/profiles/default/workflows/ingest/sets/1/tasks/0`. A change of a piece is one of the profile.
"""

from typing import Any

from jsonpointer import JsonPointer

from mserve.errors import BadInput
from mserve.resources.names import check_name
from mserve.resources.pieces import Piece, SetPiece, Sets, SpecPiece, Specs, WorkflowPiece
from mserve.resources.profile import Profile
from mserve.resources.roles import Permission
from mserve.views.absent import AbsentWorkflow
from mserve.views.body import Fields, document
from mserve.views.config import created, no_content, rest
from mserve.views.paging import number_like
from mserve.views.patches import merged
from mserve.views.profile_body import current, edit
from mserve.views.tags import shown
from mserve.views.urls import facet_url

VIEW: dict[str, Any] = {"method": "GET", "permission": Permission.VIEW, "errors": (412,)}
PUT: dict[str, Any] = {"method": "PUT", "permission": Permission.CONFIGURE}
PATCH: dict[str, Any] = {"method": "PATCH", "permission": Permission.CONFIGURE}
POST: dict[str, Any] = {"method": "POST", "permission": Permission.CONFIGURE}
DELETE: dict[str, Any] = {
    "method": "DELETE", "permission": Permission.CONFIGURE, "gives": {204: None},
}  # fmt: skip


@rest(context=WorkflowPiece, **VIEW, gives={200: "Workflow", 304: None})
@rest(context=SetPiece, **VIEW, gives={200: "TaskSet", 304: None})
@rest(context=SpecPiece, **VIEW, gives={200: "TaskSpec", 304: None})
def show(context: Piece, request: Any) -> Any:
    """What it is."""
    return _shown(request, context, context.steps)


@rest(context=WorkflowPiece, **PUT, takes="Workflow", gives="Workflow")
@rest(context=SetPiece, **PUT, takes="TaskSet", gives="TaskSet")
@rest(context=SpecPiece, **PUT, takes="TaskSpec", gives="TaskSpec")
def replace(context: Piece, request: Any) -> Any:
    """Replaces it."""
    return _replace(request, context, document(request))


@rest(context=WorkflowPiece, **PATCH, takes="WorkflowChange", gives="Workflow")
@rest(context=SetPiece, **PATCH, takes="TaskSetChange", gives="TaskSet")
@rest(context=SpecPiece, **PATCH, takes="TaskSpecChange", gives="TaskSpec")
def change(context: Piece, request: Any) -> Any:
    """Changes some of its fields, by a JSON merge patch (RFC 7396)."""
    now = _part(request, context.profile, context.steps)
    return _replace(request, context, merged(now, document(request)))


@rest(context=(WorkflowPiece, SetPiece, SpecPiece), **DELETE)
def remove(context: Piece, request: Any) -> Any:
    """Removes it; the workflow of a trigger is there still, and empty."""
    edit(request, context.profile, [{"op": "remove", "path": _pointer(context.steps)}])
    return no_content()


@rest(context=AbsentWorkflow, **PUT, takes="Workflow", gives={201: "Workflow"})
def make(context: AbsentWorkflow, request: Any) -> Any:
    """A new workflow at the name where none is."""
    above = context.__parent__
    steps = (*above.steps, check_name(context.__name__))
    operation = {"op": "add", "path": _pointer(steps), "value": document(request)}
    edit(request, above.profile, [operation])
    return created(request, _shown(request, above, steps), _url(request, above.profile, steps))


@rest(context=Sets, **POST, takes="TaskSet", gives={201: "TaskSet"}, query=("at",))
@rest(context=Specs, **POST, takes="TaskSpec", gives={201: "TaskSpec"}, query=("at",))
def add(context: Piece, request: Any) -> Any:
    """Adds one at the place `?at=`, counted from 0, or at the end."""
    end = len(context.value)
    asked = request.GET.get("at", str(end))
    if not number_like(asked) or int(asked) > end:
        raise BadInput(f"at={asked:.30} should be a place from 0 to {end}")
    steps = (*context.steps, str(int(asked)))
    operation = {"op": "add", "path": _pointer(steps), "value": document(request)}
    edit(request, context.profile, [operation])
    return created(request, _shown(request, context, steps), _url(request, context.profile, steps))


@rest(context=SetPiece, **POST, takes="SetPlace", gives="TaskSet")
def move_set(context: SetPiece, request: Any) -> Any:
    """Moves it to the place `to` of its workflow, counted from 0 when it is taken out."""
    fields = Fields(document(request))
    last = len(context.__parent__.value) - 1
    to = fields.need("to", _place(last))
    fields.end()
    return _move(request, context, (*context.__parent__.steps, str(to)))


@rest(context=SpecPiece, **POST, takes="TaskPlace", gives="TaskSpec")
def move_task(context: SpecPiece, request: Any) -> Any:
    """Moves it to the place `to`, in another `set` of the workflow if one is named."""
    own = context.__parent__
    sets = own.__parent__.__parent__
    fields = Fields(document(request))
    number = fields.take("set", _place(len(sets.value) - 1), int(own.__parent__.__name__))
    target = own if number is None else sets[str(number)]["tasks"]
    to = fields.need("to", _place(len(target.value) - (target.steps == own.steps)))
    fields.end()
    return _move(request, context, (*target.steps, str(to)))


def _place(last: int) -> Any:
    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= last:
            raise BadInput(f"should be a place from 0 to {last}")
        return value

    return check


def _move(request: Any, piece: Piece, steps: tuple[str, ...]) -> Any:
    operation = {"op": "move", "from": _pointer(piece.steps), "path": _pointer(steps)}
    edit(request, piece.profile, [operation])
    return _shown(request, piece, steps)


def _replace(request: Any, piece: Piece, found: dict[str, Any]) -> Any:
    operation = {"op": "replace", "path": _pointer(piece.steps), "value": found}
    edit(request, piece.profile, [operation])
    return _shown(request, piece, piece.steps)


def _part(request: Any, profile: Profile, steps: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = JsonPointer.from_parts(steps).resolve(current(request, profile))
    return found


def _shown(request: Any, piece: Piece, steps: tuple[str, ...]) -> Any:
    return shown(request, piece, _part(request, piece.profile, steps))


def _pointer(steps: tuple[str, ...]) -> str:
    return str(JsonPointer.from_parts(steps).path)


def _url(request: Any, profile: Profile, steps: tuple[str, ...]) -> str:
    return facet_url(request, profile.__parent__, "profiles", profile.name, *steps)
