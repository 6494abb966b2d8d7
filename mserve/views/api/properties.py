"""REST of properties: what is set of a service or container, safe from changes that nobody saw."""

from typing import Any

from mserve.resources.roles import Permission
from mserve.resources.service_facets import PropertiesFacet
from mserve.views import properties
from mserve.views.api.changes import amend
from mserve.views.body import document
from mserve.views.config import rest
from mserve.views.tags import shown


@rest(context=PropertiesFacet, method="GET", permission=Permission.VIEW,
      gives={200: "PropertiesShown", 304: None}, errors=(412,))  # fmt: skip
def show(context: PropertiesFacet, request: Any) -> Any:
    """The name, the metadata, and what the type has of its own, with an entity tag."""
    return shown(request, context, properties.document(context.node))


@rest(context=PropertiesFacet, method="PATCH", permission=Permission.CONFIGURE,
      takes="PropertiesChange", gives="PropertiesShown")  # fmt: skip
def change(context: PropertiesFacet, request: Any) -> Any:
    """As `PATCH` of the place itself; with `If-Match` only where nobody has changed it."""
    amend(request, context.node, document(request))
    return shown(request, context, properties.document(context.node))
