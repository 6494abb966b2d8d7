"""The interface's own description: the OpenAPI document, and a page that shows it and tries it out.

Both need no key and look nothing up in the tree but the key in the path, if there is one.
"""

from importlib.metadata import version
from typing import Any

from pyramid.config import Configurator
from pyramid.renderers import render
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from mserve.security import KEY_IN_PATH
from mserve.views import openapi
from mserve.views.config import rest
from mserve.views.places import Own


class Document(Own):
    path = "/-/openapi.json"


class Docs(Own):
    path = "/-/docs"


@rest(context=Document, method="GET", permission=NO_PERMISSION_REQUIRED,
      gives="Document", route_name="openapi")  # fmt: skip
def document(context: Document, request: Any) -> Any:
    """This document: OpenAPI 3.1; below a key in the path, that of the tree as the key sees it."""
    registry, root = request.registry, root_of(request)
    if root not in registry.openapi:
        registry.openapi[root] = openapi.document(registry.declared, version("mserve"), root)
    request.response.cache_control = "no-cache"
    return registry.openapi[root] | openapi.servers(request.application_url, root)


@rest(context=Docs, method="GET", permission=NO_PERMISSION_REQUIRED,
      gives="Page", route_name="docs")  # fmt: skip
def docs(context: Docs, request: Any) -> Response:
    """A page that shows the document, and sends requests as one tries them out."""
    text = render("mserve.views:templates/docs.jinja2", {}, request)
    return Response(text, content_type="text/html", charset="utf-8")


def root_of(request: Any) -> str:
    """The type of the node where the client's URLs begin."""
    identity = request.identity if KEY_IN_PATH in request.environ else None
    return "site" if identity is None else str(identity.grants[0].root.type)


def includeme(config: Configurator) -> None:
    config.registry.openapi = {}
    for name, context in (("openapi", Document), ("docs", Docs)):
        config.add_route(name, context.path, factory=context)
