"""REST of a profile's versions, the present one and those before it."""

from typing import Any

from mserve.resources import clock
from mserve.resources.pieces import Editions, EditionView
from mserve.resources.profile import Workflow
from mserve.resources.roles import Permission
from mserve.views import paging, profile_json
from mserve.views.config import rest
from mserve.views.profile_body import change, checked
from mserve.views.tags import shown
from mserve.views.urls import facet_url


@rest(context=Editions, method="GET", permission=Permission.VIEW,
      gives="Editions", query=paging.QUERY)  # fmt: skip
def listing(context: Editions, request: Any) -> Any:
    """A page of the versions, newest first."""
    limit, after = paging.asked(request)
    before = None if after is None else paging.number(after)
    found = [(each.__name__, each) for each in context.page(before, limit + 1)]
    items = [
        {
            "version": each.version,
            "url": _url(request, each),
            "since": clock.rfc3339(each.edition.created),
        }
        for _, each in found[:limit]
    ]
    profile = context.profile
    here = facet_url(request, profile.__parent__, "profiles", profile.name, "versions")
    total = len(profile.former or ()) + 1
    return paging.page(request, context, items, found, limit, total=total, here=here)


@rest(context=EditionView, method="GET", permission=Permission.VIEW,
      gives={200: "Profile", 304: None}, errors=(412,))  # fmt: skip
def show(context: EditionView, request: Any) -> Any:
    """The workflows of that version, as JSON or YAML."""
    return shown(request, context, _document(request, context), yaml_too=True)


@rest(context=EditionView, method="POST", permission=Permission.CONFIGURE, gives="Profile")
def restore(context: EditionView, request: Any) -> Any:
    """Makes its workflows the profile's again, as a new version."""
    profile = context.profile
    change(profile, workflows_of(request, context))
    return shown(request, profile, profile_json.profile(request, profile), yaml_too=True)


def workflows_of(request: Any, view: EditionView) -> dict[str, Workflow]:
    """Those of the version; raises BadDocument where what they name is not there any more."""
    return checked(request, {"workflows": _document(request, view)["workflows"]})


def _document(request: Any, view: EditionView) -> dict[str, Any]:
    return {**profile_json.profile(request, view), "url": _url(request, view)}


def _url(request: Any, view: EditionView) -> str:
    profile = view.profile
    names = ("profiles", profile.name, "versions", view.__name__)
    return facet_url(request, profile.__parent__, *names)
