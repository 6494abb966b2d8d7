"""REST of profiles: a service's workflows as one document."""

from typing import Any

from mserve.resources.facets import Profiles
from mserve.resources.profile import Profile
from mserve.resources.roles import Permission
from mserve.views import json, paging
from mserve.views.body import document
from mserve.views.config import created, rest
from mserve.views.profiles import ProfileReader
from mserve.views.traversal import AbsentProfile
from mserve.views.urls import facet_url


@rest(context=Profiles, method="GET", permission=Permission.VIEW,
      gives="Profiles", query=paging.QUERY)  # fmt: skip
def listing(context: Profiles, request: Any) -> Any:
    """A page of the service's profiles by name."""
    limit, after = paging.asked(request)
    profiles = context.node.profiles
    found = list(profiles.items(min=after, excludemin=after is not None))
    items = [json.profile(request, each) for _, each in found[:limit]]
    return paging.page(request, context, items, found, limit, total=len(profiles))


@rest(context=Profile, method="GET", permission=Permission.VIEW, gives="Profile")
def show(context: Profile, request: Any) -> Any:
    """The profile's workflows."""
    return json.profile(request, context)


@rest(context=Profile, method="PUT", permission=Permission.CONFIGURE,
      takes="NewProfile", gives="Profile")  # fmt: skip
def change(context: Profile, request: Any) -> Any:
    """Replaces the workflows, as a new version; jobs that run keep the plan they began with."""
    context.change(ProfileReader(request.tasks, request.settings).read(document(request)))
    return json.profile(request, context)


@rest(context=AbsentProfile, method="PUT", permission=Permission.CONFIGURE,
      takes="NewProfile", gives={201: "Profile"})  # fmt: skip
def make(context: AbsentProfile, request: Any) -> Any:
    """A new profile at the name where none is."""
    workflows = ProfileReader(request.tasks, request.settings).read(document(request))
    service = context.__parent__.node
    profile = service.put_profile(service.check_name(context.__name__), workflows)
    where = facet_url(request, service, "profiles", profile.name)
    return created(request, json.profile(request, profile), where)
