"""When workflows start by the clock: all of a service's on a page, and the form of one."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response

from mserve.errors import BadDocument, MserveError
from mserve.resources.pieces import WorkflowPiece
from mserve.resources.profile import Profile
from mserve.resources.roles import Permission
from mserve.resources.service_facets import Schedules
from mserve.views import profile_json
from mserve.views.api import schedules as door
from mserve.views.config import page
from mserve.views.html import schedule_form
from mserve.views.html.editing import (
    change,
    faults_of,
    onward,
    pointer,
    profile_url,
    typed,
    undoable,
)
from mserve.views.html.forms import field, form
from mserve.views.html.languages import _
from mserve.views.html.login import template
from mserve.views.html.workflow import EDIT, TEMPLATE, again, told
from mserve.views.profile_body import tried
from mserve.views.schedules import UNSCHEDULED
from mserve.views.urls import facet_url

PAUSED = {"pause": True, "resume": False}


@page(context=Schedules, permission=Permission.VIEW, template="schedules.jinja2")
def listing(context: Schedules, request: Any) -> dict[str, Any]:
    """What starts by the clock, with the next runs and the last, and what could."""
    service = context.node
    profile = service.profiles[service.profile]
    found = door.listing(context, request)
    here = facet_url(request, service, "schedules")
    return {
        **found,
        "node": service,
        "here": here,
        "cursor": request.GET.get("cursor"),
        "beyond": [(request.localizer.translate(_("schedules")), here)],
        "profile": profile.name,
        "version": profile.version,
        "above": profile_url(request, profile),
        "above_rounds": facet_url(request, service, "rounds"),
        "undo": undoable(request, profile),
        "workflows": profile_url(request, profile, "workflows"),
        "others": [*_others(profile)],
    }


def _others(profile: Profile) -> list[str]:
    """The workflows that could have a schedule and have none."""
    free = (name for name in profile.workflows if name not in UNSCHEDULED)
    return sorted(name for name in free if profile.workflows[name].schedule is None)


def now_of(request: Any, piece: WorkflowPiece) -> dict[str, Any] | None:
    """The document of the workflow's schedule as it is."""
    found = profile_json.profile(request, piece.profile)["workflows"][piece.__name__]["schedule"]
    return None if found is None else dict(found)


def replaced(piece: WorkflowPiece, value: Any, *more: str) -> dict[str, Any]:
    return {"op": "replace", "path": pointer(*piece.steps, "schedule", *more), "value": value}


@form(context=WorkflowPiece, do="check", permission=EDIT)
def check(context: WorkflowPiece, request: Any) -> Response:
    """The form once more, with what is wrong in it, and the runs that it would bring."""
    draft = schedule_form.draft(request, now_of(request, context))
    profile, faults = context.profile, {}
    try:
        tried(request, profile, [replaced(context, draft)])
    except BadDocument as fault:
        faults = faults_of(fault)
    shown = told(request, profile, context.__name__)
    shown |= schedule_form.told(profile, context.__name__, draft)
    shown |= {
        "fault": None,
        "faults": faults,
        "checked": True,
        "scheduled": now_of(request, context) is not None,
    }
    return render_to_response(template(TEMPLATE), shown, request)


@form(context=WorkflowPiece, do="schedule", permission=EDIT)
def schedule(context: WorkflowPiece, request: Any) -> Response:
    """Sets when the workflow starts."""
    draft = schedule_form.draft(request, now_of(request, context))
    profile, name = context.profile, context.__name__
    try:
        before = change(request, profile, replaced(context, draft))
    except MserveError as fault:
        known = now_of(request, context) is not None
        typed_so = schedule_form.told(profile, name, draft) | {"scheduled": known, "checked": True}
        return again(request, context, fault, **typed_so)
    return _onward(request, context, before)


@form(context=WorkflowPiece, do="unschedule", permission=EDIT)
def unschedule(context: WorkflowPiece, request: Any) -> Response:
    """It starts by the clock no more; the page that follows can undo that."""
    return _changed(request, context, replaced(context, None))


@form(context=WorkflowPiece, do="pause", permission=EDIT)
@form(context=WorkflowPiece, do="resume", permission=EDIT)
def pause(context: WorkflowPiece, request: Any) -> Response:
    """Has it rest, or go on."""
    return _changed(request, context, replaced(context, PAUSED[field(request, "do")], "paused"))


def _changed(request: Any, piece: WorkflowPiece, operation: dict[str, Any]) -> Response:
    try:
        before = change(request, piece.profile, operation)
    except MserveError as fault:
        return again(request, piece, fault)
    return _onward(request, piece, before)


def _onward(request: Any, piece: WorkflowPiece, before: int) -> Response:
    """Leads back to the page that the form was on."""
    profile = piece.profile
    if typed(request, "back") == "schedules" and profile.__parent__.type == "service":
        return onward(facet_url(request, profile.__parent__, "schedules"), before)
    answer: HTTPSeeOther = onward(profile_url(request, profile, *piece.steps), before)
    return answer
