"""Documents of profiles as they come, in JSON or YAML, and the changes that they ask for."""

from collections.abc import Mapping
from json import dumps
from typing import Any

from mserve.errors import BadDocument, BadInput
from mserve.resources import audit
from mserve.resources.audit import Action
from mserve.resources.profile import Profile, Workflow
from mserve.views import profile_json, yaml
from mserve.views.body import DEPTH, deeper, document, raw
from mserve.views.patches import patched
from mserve.views.profiles import ProfileReader

YAML_LIMIT = 1 << 18  # bytes; what is written in them takes a second to read


def whole(request: Any) -> dict[str, Workflow]:
    """The workflows of the document in the body; raises BadInput, BadDocument."""
    if request.content_type not in yaml.TYPES:
        return checked(request, document(request))
    return written(request, _text(raw(request, YAML_LIMIT)))


def written(request: Any, text: str) -> dict[str, Workflow]:
    """The workflows of a document in YAML; each fault tells the line and column as well."""
    reading = yaml.Reading(text)
    if not isinstance(reading.found, dict):
        raise BadInput("the body should be a mapping, for example workflows: {}")
    try:
        return checked(request, reading.found)
    except BadDocument as fault:
        raise BadDocument([(at, _placed(what, reading, at)) for at, what in fault.faults]) from None


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as fault:
        raise BadInput(f"the body is no UTF-8: {fault.reason} at byte {fault.start}") from None


def _placed(what: str, reading: yaml.Reading, place: str) -> str:
    found = reading.line_of(place)
    return what if found is None else f"{what} (line {found[0]}, column {found[1]})"


def checked(request: Any, source: Mapping[str, Any]) -> dict[str, Workflow]:
    """The workflows in `source`; raises BadDocument with all that is wrong in it."""
    if deeper(source, DEPTH):
        raise BadInput(f"the document is nested deeper than {DEPTH} levels")
    try:
        dumps(source, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadInput("the document holds half a surrogate pair, which is no character") from None
    return ProfileReader(request.tasks, request.settings).read(source)


def current(request: Any, profile: Profile) -> dict[str, Any]:
    """The document of what the profile is now."""
    return {"workflows": profile_json.profile(request, profile)["workflows"]}


def edit(request: Any, profile: Profile, operations: Any) -> None:
    """Changes the profile by a JSON Patch of its document, which is checked whole."""
    change(profile, tried(request, profile, operations))


def tried(request: Any, profile: Profile, operations: Any) -> dict[str, Workflow]:
    """The workflows that a JSON Patch would make; raises BadDocument, BadInput, Conflict."""
    found = patched(current(request, profile), operations)
    if not isinstance(found, dict):
        raise BadInput("the patch leaves no JSON object")
    return checked(request, found)


def change(profile: Profile, workflows: dict[str, Workflow]) -> None:
    """Makes these the profile's workflows."""
    before = profile.version
    if profile.change(workflows):
        note_version(profile, before)


def note_version(profile: Profile, before: int | None = None) -> None:
    """Records that the profile has another version, or is new."""
    audit.record(
        profile.__parent__,
        Action.PROFILE_CHANGE,
        {"profile": profile.name, "version": before},
        {"profile": profile.name, "version": profile.version},
    )
