"""The page of the profiles of a service, or of a container for its new services."""

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.errors import BadInput, MserveError, NameTaken
from mserve.resources import audit, defaults
from mserve.resources.audit import Action
from mserve.resources.profile import Profile, Workflow
from mserve.resources.roles import Permission
from mserve.resources.service import Service
from mserve.resources.service_facets import Profiles
from mserve.views.api import profiles as door
from mserve.views.api.changes import amend
from mserve.views.config import page
from mserve.views.html.editing import failed, profile_url, start_over, typed
from mserve.views.html.forms import field, form
from mserve.views.html.languages import _
from mserve.views.profile_body import note_version
from mserve.views.urls import facet_url

TEMPLATE = "profiles.jinja2"
EDIT = Permission.CONFIGURE


@page(context=Profiles, permission=Permission.VIEW, template=TEMPLATE)
def listing(context: Profiles, request: Any) -> dict[str, Any]:
    """The profiles, which of them the service uses, and a form for more."""
    return {"fault": None, "faults": {}, **told(context, request)}


def told(context: Profiles, request: Any) -> dict[str, Any]:
    """What the page shows."""
    node, here = context.node, facet_url(request, context.node, "profiles")
    return {
        **door.listing(context, request),
        "node": node,
        "here": here,
        "cursor": request.GET.get("cursor"),
        "beyond": [(request.localizer.translate(_("workflows")), here)],
        "tasks": facet_url(request, node, "tasks"),
        "used": node.profile,
        "beginnings": sorted({*defaults.profiles(), *node.profiles}),
        "typed": {"name": "", "beginning": ""},
    }


@form(context=Profiles, do="make", permission=EDIT)
def make(context: Profiles, request: Any) -> Response:
    """Makes a profile that begins as another one, or empty; leads to its page."""
    name, beginning = field(request, "name"), typed(request, "beginning")
    try:
        made = _made(context.node, name, beginning)
    except MserveError as fault:
        start_over(request)
        shown = {**told(context, request), "typed": {"name": name, "beginning": beginning}}
        return failed(request, TEMPLATE, fault, shown)
    return HTTPSeeOther(profile_url(request, made))


def _made(node: Any, name: str, beginning: str) -> Profile:
    """Raises BadName, NameTaken, BadInput."""
    node.check_name(name)
    if name in node.profiles:
        raise NameTaken(name)
    made: Profile = node.put_profile(name, _workflows(node, beginning))
    note_version(made)
    return made


def _workflows(node: Any, name: str) -> dict[str, Workflow]:
    if not name:
        return {}
    if name in node.profiles:
        return dict(node.profiles[name].workflows)
    if name not in defaults.profiles():
        raise BadInput(f"there is no profile {name:.80} to begin with")
    return dict(defaults.profiles()[name])


@form(context=Profile, do="use", permission=EDIT)
def use(context: Profile, request: Any) -> Response:
    """Has the service use this profile from now on."""
    node = context.__parent__
    if not isinstance(node, Service):
        raise BadInput("a service uses a profile; those of a container are for its new services")
    if node.profile != context.name:
        amend(request, node, {"profile": context.name})
    return HTTPSeeOther(facet_url(request, node, "profiles"))


@form(context=Profile, do="remove", permission=EDIT)
def remove(context: Profile, request: Any) -> Response:
    """Removes a profile that is not in use, with its versions."""
    node = context.__parent__
    try:
        node.drop_profile(context.name)
    except MserveError as fault:
        start_over(request)
        return failed(request, TEMPLATE, fault, told(node["-"]["profiles"], request))
    audit.record(node, Action.PROFILE_REMOVE, {"profile": context.name, "version": context.version})
    return HTTPSeeOther(facet_url(request, node, "profiles"))
