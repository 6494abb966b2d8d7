"""What the forms that change something have in common: which state they were made of, and faults.

A form says in its field `version` which version of the profile its page has shown; what was changed
meanwhile by others is not overwritten by it (RFC 9110, 13.1.1, as If-Match).
"""

from typing import Any
from urllib.parse import urlencode

from jsonpointer import JsonPointer
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response

from mserve.errors import BadDocument, MserveError, PreconditionFailed
from mserve.resources.profile import Profile
from mserve.views import refused
from mserve.views.html.forms import field, fields
from mserve.views.html.languages import _
from mserve.views.html.login import template
from mserve.views.paging import number_like
from mserve.views.problems import status_of, with_wait
from mserve.views.profile_body import edit, tried
from mserve.views.urls import facet_url

Faults = dict[str, str]


def need_version(request: Any, profile: Profile) -> None:
    """Raises PreconditionFailed where the profile is not what the form's page has shown."""
    seen = field(request, "version")
    if seen != str(profile.version):
        raise PreconditionFailed(
            f"the profile was changed meanwhile: it is version {profile.version} now, and was "
            f"{seen:.20} when you opened the page. Nothing was changed by you; look at it as it "
            "is now, and send this again if it is still right"
        )


def change(request: Any, profile: Profile, *operations: dict[str, Any]) -> int:
    """Changes the profile by operations (RFC 6902), and gives the version that it had before.

    Raises PreconditionFailed, BadDocument.
    """
    before = profile.version
    need_version(request, profile)
    edit(request, profile, [*operations])
    return before


def pointer(*steps: Any) -> str:
    """The place (RFC 6901) of a piece in the profile's document."""
    return str(JsonPointer.from_parts(steps).path)


def onward(where: str, before: int | None = None, at: str = "") -> Response:
    """Leads to `where`, which says of which version it can be undone and what was touched."""
    told = {"was": before, "at": at or None}
    query = urlencode({name: value for name, value in told.items() if value is not None})
    place = f"#at-{at}" if at else ""
    return HTTPSeeOther(f"{where}{'?' if query else ''}{query}{place}")


def undoable(request: Any, profile: Profile) -> int | None:
    """The version of the query's `was`, where going back to it undoes the last change alone."""
    was = request.GET.get("was", "")
    known = number_like(was) and int(was) == profile.version - 1
    return int(was) if known and profile.find_edition(int(was)) is not None else None


def profile_url(request: Any, profile: Profile, *more: str) -> str:
    return facet_url(request, profile.__parent__, "profiles", profile.name, *more)


def path_to(request: Any, profile: Profile, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The trail of a page below the node: its profiles, this one, and `more`."""
    all_of_them = facet_url(request, profile.__parent__, "profiles")
    own = (profile.name, profile_url(request, profile))
    return [(request.localizer.translate(_("workflows")), all_of_them), own, *more]


def faults_of(fault: MserveError) -> Faults:
    """What is wrong by its place in the document that was refused."""
    found: Faults = {}
    for place, what in fault.faults if isinstance(fault, BadDocument) else ():
        found[place] = f"{found[place]}; {what}" if place in found else what
    return found


def standing(request: Any, profile: Profile) -> Faults:
    """What is wrong with the profile as it is: a task or queue may have gone since it was saved."""
    try:
        tried(request, profile, [])
    except MserveError as fault:
        return faults_of(fault)
    return {}


def failed(
    request: Any, name: str, fault: MserveError, told: dict[str, Any], faults: Faults | None = None
) -> Response:
    """The page once more, with what was typed and what was wrong; nothing has been changed.

    faults: by their places, where these are not those in the document.
    """
    places = faults_of(fault) if faults is None else faults
    given = {**told, "fault": str(fault), "faults": places}
    answer = render_to_response(template(name), given, request)
    answer.status_int = status_of(fault)
    refused.note(request, answer.status_int)
    return with_wait(request, answer, fault)


def start_over(request: Any) -> None:
    """Gives up what the request has changed, so that its page can be shown."""
    request.tm.abort()
    request.tm.begin()


def typed(request: Any, name: str, usual: str = "") -> str:
    """The field `name` of a form, lines as they are ended here; `usual` where it is missing."""
    return fields(request).get(name, [usual])[0].replace("\r\n", "\n")
