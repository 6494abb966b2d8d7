"""Entity tags of profiles and their pieces: the version; another one of the same in YAML.

Those of properties and of metadata are here as well, since a write may name either in If-Match.
"""

from typing import Any

from pyramid.response import Response

from mserve.errors import PreconditionFailed
from mserve.resources.file_facets import MetadataFacet
from mserve.resources.pieces import EditionView, Piece
from mserve.resources.profile import Profile
from mserve.resources.service_facets import PropertiesFacet
from mserve.views import describing, properties, yaml
from mserve.views.content.conditional import verdict

OFFERS = ("application/json", yaml.TYPE)


def tags(thing: Any) -> tuple[str, ...]:
    """The tags that `thing` has now, one for each form, without quotes; of others none."""
    if isinstance(thing, PropertiesFacet):
        return (properties.tag(thing.node),)
    if isinstance(thing, MetadataFacet):
        return (describing.tag(thing.node),)
    found = thing.profile if isinstance(thing, Piece) else thing
    if not isinstance(found, Profile | EditionView):
        return ()
    return str(found.version), f"{found.version}-yaml"


def shown(request: Any, thing: Any, document: dict[str, Any], yaml_too: bool = False) -> Any:
    """The answer that shows `thing`: 304 where the client has it, YAML where it wants that."""
    as_json, *as_yaml = tags(thing)
    wants_yaml = yaml_too and _wants_yaml(request)
    tag = as_yaml[0] if wants_yaml else as_json
    vary = {"Vary": "Accept"} if yaml_too else {}
    if request.method in ("GET", "HEAD"):
        status = verdict("GET", request.headers, tag, None)
        if status == 304:
            return request.answer(304, {"ETag": f'"{tag}"', **vary})
        if status == 412:
            raise PreconditionFailed(f'If-Match does not hold: the entity tag is "{tag}"')
    answer = request.response
    if wants_yaml:
        answer = Response(yaml.written(document), content_type=yaml.TYPE, charset="UTF-8")
        answer.status_int = request.response.status_int
    answer.headers.update({"ETag": f'"{tag}"', **vary})
    return answer if wants_yaml else document


def _wants_yaml(request: Any) -> bool:
    offers = request.accept.acceptable_offers(OFFERS)
    return bool(offers) and offers[0][0] == yaml.TYPE
