"""Refused: who may not, and yet tried, is told of to the audit log (tasks/refusals.py)."""

from typing import Any

from mserve.resources.audit import Subject
from mserve.resources.node import Node
from mserve.security import KEY_IN_PATH
from mserve.tasks.refusals import Refusal
from mserve.views.absent import Absent, Hidden
from mserve.views.asker import asker_of

FORBIDDEN = 403


def note(request: Any, status: int, reason: Any = None) -> None:
    """The request was refused, if it was for something that is there; `reason`: a Denied."""
    context = getattr(request, "context", None)
    if isinstance(context, Hidden):
        context = context.node
    if isinstance(context, Absent) and status != FORBIDDEN:
        return
    while context is not None and not isinstance(context, Node):
        context = getattr(context, "__parent__", None)
    if context is not None:
        _note(request, Subject.of(context), status, getattr(reason, "caveat", None))


def note_guess(request: Any, status: int) -> None:
    """Notes a key in the path that is none, or works no more; no node is found by it."""
    if KEY_IN_PATH in request.environ and request.identity is None:
        _note(request, Subject.of(request.site), status)


def _note(request: Any, subject: Subject, status: int, caveat: str | None = None) -> None:
    asker = asker_of(request)._replace(over=None)
    refusal = Refusal(asker, subject, request.method, status, caveat)
    request.registry.refusals.note(refusal)
