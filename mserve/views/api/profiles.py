"""REST of profiles: the workflows of a service, or for a container's new ones, as one document.

Each change is checked whole, and makes a new version unless it changes nothing. The version is the
entity tag, also of the pieces (api/pieces.py).
"""

from typing import Any

from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.profile import Profile
from mserve.resources.roles import Permission
from mserve.resources.service_facets import Profiles
from mserve.views import paging, profile_json
from mserve.views.absent import AbsentProfile
from mserve.views.body import document, value
from mserve.views.config import created, no_content, rest
from mserve.views.patches import merged
from mserve.views.profile_body import change as change_profile
from mserve.views.profile_body import checked, current, edit, note_version, whole
from mserve.views.tags import shown
from mserve.views.urls import facet_url

JSON_PATCH = "application/json-patch+json"


@rest(context=Profiles, method="GET", permission=Permission.VIEW,
      gives="Profiles", query=paging.QUERY)  # fmt: skip
def listing(context: Profiles, request: Any) -> Any:
    """A page of the profiles by name."""
    limit, after = paging.asked(request)
    profiles = context.node.profiles
    found = list(profiles.items(min=after, excludemin=after is not None))
    items = [profile_json.profile(request, each) for _, each in found[:limit]]
    return paging.page(request, context, items, found, limit, total=len(profiles))


@rest(context=Profile, method="GET", permission=Permission.VIEW,
      gives={200: "Profile", 304: None}, errors=(412,))  # fmt: skip
def show(context: Profile, request: Any) -> Any:
    """The profile's workflows, as JSON or YAML."""
    return _shown(context, request)


@rest(context=Profile, method="PUT", permission=Permission.CONFIGURE,
      takes="NewProfile", gives="Profile")  # fmt: skip
def change(context: Profile, request: Any) -> Any:
    """Replaces the workflows; jobs that run keep the plan they began with."""
    change_profile(context, whole(request))
    return _shown(context, request)


@rest(context=Profile, method="PATCH", permission=Permission.CONFIGURE,
      takes=("JsonPatch", "ProfileChange"), gives="Profile")  # fmt: skip
def patch(context: Profile, request: Any) -> Any:
    """Changes the workflows by a JSON Patch (RFC 6902) or a JSON merge patch (RFC 7396)."""
    if request.content_type == JSON_PATCH:
        edit(request, context, value(request))
    else:
        found = merged(current(request, context), document(request))
        change_profile(context, checked(request, found))
    return _shown(context, request)


@rest(context=Profile, method="DELETE", permission=Permission.CONFIGURE, gives={204: None})
def remove(context: Profile, request: Any) -> Any:
    """Removes a profile that the service does not use, with its former versions."""
    context.__parent__.drop_profile(context.name)
    removed = {"profile": context.name, "version": context.version}
    audit.record(context.__parent__, Action.PROFILE_REMOVE, removed)
    return no_content()


@rest(context=AbsentProfile, method="PUT", permission=Permission.CONFIGURE,
      takes="NewProfile", gives={201: "Profile"})  # fmt: skip
def make(context: AbsentProfile, request: Any) -> Any:
    """A new profile at the name where none is."""
    workflows = whole(request)
    node = context.__parent__.node
    profile = node.put_profile(node.check_name(context.__name__), workflows)
    note_version(profile)
    where = facet_url(request, node, "profiles", profile.name)
    answer = _shown(profile, request)
    return created(request, answer, where) if answer.__class__ is dict else _created(answer, where)


def _shown(profile: Profile, request: Any) -> Any:
    return shown(request, profile, profile_json.profile(request, profile), yaml_too=True)


def _created(answer: Any, where: str) -> Any:
    answer.status_int, answer.location = 201, where
    return answer
