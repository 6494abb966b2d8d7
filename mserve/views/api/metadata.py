"""REST of metadata: what people say of a file or folder, at `<node>/-/metadata`, with a tag."""

from typing import Any

from mserve.errors import PreconditionFailed
from mserve.resources.file_facets import MetadataFacet
from mserve.resources.roles import Permission
from mserve.views import describing
from mserve.views.body import document
from mserve.views.config import rest
from mserve.views.content.conditional import verdict
from mserve.views.patches import merged


@rest(context=MetadataFacet, method="GET", permission=Permission.VIEW,
      gives={200: "Metadata", 304: None}, errors=(412,))  # fmt: skip
def show(context: MetadataFacet, request: Any) -> Any:
    """The metadata alone; the entity tag changes when they do."""
    tag = describing.tag(context.node)
    status = verdict(request.method, request.headers, tag, None)
    if status == 304:
        return request.answer(304, {"ETag": f'"{tag}"'})
    if status == 412:
        raise PreconditionFailed(f'If-Match does not hold: the entity tag is "{tag}"')
    return _told(context, request)


@rest(context=MetadataFacet, method="PUT", permission=Permission.WRITE,
      takes="Metadata", gives="Metadata")  # fmt: skip
def replace(context: MetadataFacet, request: Any) -> Any:
    """Replaces all metadata; with `If-Match` only those that the client has seen."""
    describing.redescribe(context.node, document(request))
    return _told(context, request)


@rest(context=MetadataFacet, method="PATCH", permission=Permission.WRITE,
      takes="Metadata", gives="Metadata")  # fmt: skip
def change(context: MetadataFacet, request: Any) -> Any:
    """Changes some by a JSON merge patch (RFC 7396); null takes one away."""
    describing.redescribe(context.node, merged(context.node.metadata, document(request)))
    return _told(context, request)


def _told(context: MetadataFacet, request: Any) -> dict[str, Any]:
    request.response.headers["ETag"] = f'"{describing.tag(context.node)}"'
    return dict(context.node.metadata)
