"""The page of a service's rounds: how far they are, what starts by the clock, a form for more."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.resources.roles import Permission
from mserve.resources.round import Errand, Round
from mserve.resources.service_facets import Rounds
from mserve.tasks import rounds as use
from mserve.views.api import rounds as door
from mserve.views.api import schedules
from mserve.views.config import page
from mserve.views.html.flash import Undo, flash
from mserve.views.html.forms import field, form
from mserve.views.profiles import condition
from mserve.views.urls import facet_url


@page(context=Rounds, permission=Permission.VIEW, template="rounds.jinja2")
def rounds(context: Rounds, request: Any) -> dict[str, Any]:
    """A page of rounds, the newest first; it looks anew while one goes on."""
    service = context.node
    listed = door.listing(context, request)
    workflows = service.profiles[service.profile].workflows
    return {
        **listed,
        "node": service,
        "cursor": request.GET.get("cursor"),
        "workflows": sorted(name for name, each in workflows.items() if each.specs),
        "schedules": facet_url(request, service, "schedules"),
        "scheduled": [schedules.shown(request, each) for each in service.schedules.values()],
    }


@form(context=Rounds, do="begin", permission=Permission.PROCESS)
def begin(context: Rounds, request: Any) -> Response:
    """Runs the form's `workflow` on all files on which its `condition` holds."""
    asked = condition(field(request, "condition"))
    workflow = field(request, "workflow")
    begun = use.begin(context.node, Errand("manual", workflow, asked))
    undo = Undo("cancel", facet_url(request, context.node, "rounds", begun.id))
    return flash(request, _back(request, context.node), "round", workflow, undo)


@form(context=Round, do="cancel", permission=Permission.PROCESS)
def cancel(context: Round, request: Any) -> Response:
    """Stops the round and its jobs."""
    use.cancel(context)
    return flash(request, _back(request, context.service), "stopped", context.errand.workflow)


def _back(request: Any, service: Any) -> Response:
    return HTTPSeeOther(facet_url(request, service, "rounds"))
