"""Sets and tasks of a workflow change their order, by a step or to where they were dragged."""

from typing import Any

from pyramid.response import Response

from mserve.errors import BadInput
from mserve.resources.pieces import Piece, SetPiece, SpecPiece
from mserve.views.html.editing import pointer
from mserve.views.html.forms import field, form
from mserve.views.html.workflow import EDIT, edited
from mserve.views.paging import number_like


@form(context=SetPiece, do="up", permission=EDIT)
@form(context=SetPiece, do="down", permission=EDIT)
@form(context=SetPiece, do="move", permission=EDIT)
def shift_set(context: SetPiece, request: Any) -> Response:
    """Moves the set by one place, or `to` another."""
    own = int(context.__name__)
    steps = {"up": own - 1, "down": own + 1}
    do = field(request, "do")
    to = steps[do] if do in steps else _number(request, "to")
    return _moved(request, context, (*context.__parent__.steps, to), str(to))


@form(context=SpecPiece, do="up", permission=EDIT)
@form(context=SpecPiece, do="down", permission=EDIT)
@form(context=SpecPiece, do="move", permission=EDIT)
def shift_task(context: SpecPiece, request: Any) -> Response:
    """Moves the task by one place, into the set before or after where it has none, or `to`."""
    own = int(context.__parent__.__parent__.__name__)
    sets = context.__parent__.__parent__.__parent__
    do = field(request, "do")
    lengths = [len(each.tasks) for each in sets.value]
    found = (
        (_number(request, "set"), _number(request, "to"))
        if do == "move"
        else neighbour(lengths, own, int(context.__name__), do)
    )
    steps = (*sets.steps, found[0], "tasks", found[1])
    return _moved(request, context, steps, f"{found[0]}-{found[1]}")


def neighbour(lengths: list[int], number: int, place: int, do: str) -> tuple[int, int]:
    """Where a task goes by one step; itself where there is nowhere to go.

    lengths: how many tasks each set has.
    """
    if do == "up":
        if place > 0:
            return number, place - 1
        return (number - 1, lengths[number - 1]) if number > 0 else (number, place)
    if place < lengths[number] - 1:
        return number, place + 1
    return (number + 1, 0) if number < len(lengths) - 1 else (number, place)


def _moved(request: Any, piece: Piece, steps: tuple[Any, ...], at: str) -> Response:
    operation = {"op": "move", "from": pointer(*piece.steps), "path": pointer(*steps)}
    return edited(request, piece, at, operation)


def _number(request: Any, name: str) -> int:
    text = field(request, name)
    if not number_like(text):
        raise BadInput(f"{name}={text:.30} should be a place, counted from 0")
    return int(text)
