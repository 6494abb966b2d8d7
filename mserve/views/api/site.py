"""REST of the site: containers are made here, and its health is asked for."""

from collections.abc import Mapping
from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from mserve import provision
from mserve.resources.container import Container
from mserve.resources.facets import Health
from mserve.resources.names import check_name
from mserve.resources.roles import Permission
from mserve.resources.site import Site
from mserve.views import json, key_json
from mserve.views.body import Fields, document
from mserve.views.config import created, rest
from mserve.views.urls import url


@rest(context=Site, method="POST", permission=Permission.ADD_CONTAINER,
      takes="NewContainer", gives={201: "MadeContainer"})  # fmt: skip
def add_container(context: Site, request: Any) -> Any:
    """A new container and its first key: `{"name"}`."""
    container, keys = made(request, context, document(request))
    return created(request, with_keys(request, container, keys), url(request, container))


def made(request: Any, site: Site, asked: Mapping[str, Any]) -> tuple[Container, provision.Keys]:
    """The container that is `asked` for. Raises BadDocument, NameTaken."""
    fields = Fields(asked)
    name = fields.need("name", check_name)
    fields.end()
    return provision.make_container(site, name, request.registry.seal)


def with_keys(request: Any, node: Any, keys: provision.Keys) -> dict[str, Any]:
    """A node just made, with the secrets of the keys that were made with it."""
    shown = [key_json.key(request, key, secret) for key, secret in keys]
    return {**json.node(request, node), "keys": shown}


@rest(context=Health, method="GET", permission=NO_PERMISSION_REQUIRED, gives="Health")
def health(context: Health, request: Any) -> Any:
    """Whether the tree answers; for load balancers and `mserve up`."""
    return {"status": "ok", "schema": request.site.schema}
