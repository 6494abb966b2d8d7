"""The pages of a profile's versions: which there are, how they differ, and back to one of them."""

from collections.abc import Iterator
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from mserve.errors import BadInput, MserveError
from mserve.resources.pieces import Editions, EditionView
from mserve.resources.profile import Profile
from mserve.resources.roles import Permission
from mserve.views.api import editions as door
from mserve.views.api.editions import workflows_of
from mserve.views.config import page
from mserve.views.html.editing import (
    failed,
    need_version,
    onward,
    path_to,
    profile_url,
    start_over,
    typed,
)
from mserve.views.html.forms import form
from mserve.views.html.languages import _
from mserve.views.html.profile import document
from mserve.views.paging import number_like
from mserve.views.preview import difference
from mserve.views.profile_body import change
from mserve.views.urls import facet_url

TEMPLATE = "edition.jinja2"
SIGNS = {difference.KEPT: ("", " "), difference.GONE: ("del", "-"), difference.ADDED: ("ins", "+")}


@page(context=Editions, permission=Permission.VIEW, template="editions.jinja2")
def listing(context: Editions, request: Any) -> dict[str, Any]:
    """The versions, the newest first."""
    profile = context.profile
    here = profile_url(request, profile, "versions")
    return {
        **door.listing(context, request),
        "node": profile.__parent__,
        "version": profile.version,
        "here": here,
        "cursor": request.GET.get("cursor"),
        "beyond": path_to(request, profile, (request.localizer.translate(_("versions")), here)),
    }


@page(context=EditionView, permission=Permission.VIEW, template=TEMPLATE)
def show(context: EditionView, request: Any) -> dict[str, Any]:
    """The version, and how it differs from the present one, or from that of the query's `with`."""
    return {"fault": None, "faults": {}, **told(context, request)}


def told(context: EditionView, request: Any) -> dict[str, Any]:
    """What the page shows."""
    profile = context.profile
    other = _other(context, request)
    all_of_them = profile_url(request, profile, "versions")
    here = profile_url(request, profile, "versions", context.__name__)
    versions = (request.localizer.translate(_("versions")), all_of_them)
    first, last = sorted((context, other), key=lambda each: each.version)
    return {
        "node": profile.__parent__,
        "number": context.version,
        "version": profile.version,
        "between": (first.version, last.version),
        "others": [each.version for each in context.__parent__.page(None, 200)],
        "with_": other.version,
        "yaml": document(request, context),
        "lines": _lines(*(document(request, each) for each in (first, last))),
        "here": here,
        "beyond": path_to(request, profile, versions, (context.__name__, here)),
    }


def _other(view: EditionView, request: Any) -> EditionView:
    """The version to compare with, the present one or the one before; raises BadInput."""
    profile = view.profile
    usual = profile.version - 1 if view.version == profile.version else profile.version
    if "with" not in request.GET and profile.find_edition(usual) is None:
        return view
    asked = request.GET.get("with", str(usual))
    edition = profile.find_edition(int(asked)) if number_like(asked) else None
    if edition is None:
        raise BadInput(f"with={asked:.30}: there is no such version")
    return EditionView(view.__parent__, edition)


def _lines(before: str, after: str) -> list[tuple[str, str]] | None:
    """What differs, each line with `ins`, `del`, `at` or nothing; None where it is too much."""
    if max(len(before), len(after)) > difference.MOST:
        return None
    try:
        found = [*difference.hunks(before.splitlines(), after.splitlines())]
    except difference.TooDifferent:
        return None
    return [shown for hunk in found for shown in _hunk(hunk)]


def _hunk(hunk: list[difference.Line]) -> Iterator[tuple[str, str]]:
    yield "at", difference.header(hunk)
    for line in hunk:
        tag, sign = SIGNS[line.kind]
        yield tag, sign + line.text


@form(context=EditionView, do="restore", permission=Permission.CONFIGURE)
def restore(context: EditionView, request: Any) -> Response:
    """Makes its workflows the profile's again, as a new version; leads back to where one was."""
    profile, before = context.profile, context.profile.version
    try:
        need_version(request, profile)
        change(profile, workflows_of(request, context))
    except MserveError as fault:
        start_over(request)
        return failed(request, TEMPLATE, fault, told(context, request))
    return _back(request, profile, before)


def _back(request: Any, profile: Profile, before: int) -> Response:
    workflow, node = typed(request, "workflow"), profile.__parent__
    if typed(request, "back") == "schedules" and node.type == "service":
        return HTTPSeeOther(facet_url(request, node, "schedules"))
    if workflow and workflow in profile.workflows:
        return HTTPSeeOther(profile_url(request, profile, "workflows", workflow))
    return onward(profile_url(request, profile), before)
