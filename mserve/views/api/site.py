"""REST of the site: containers are made here, and its health is asked for."""

from typing import Any

from pyramid.security import NO_PERMISSION_REQUIRED

from mserve import provision
from mserve.resources.facets import Health
from mserve.resources.names import check_name
from mserve.resources.roles import Permission
from mserve.resources.site import Site
from mserve.views import json
from mserve.views.body import Fields, document
from mserve.views.config import created, rest
from mserve.views.urls import url


@rest(context=Site, method="POST", permission=Permission.ADD_CONTAINER,
      takes="NewContainer", gives={201: "MadeContainer"})  # fmt: skip
def add_container(context: Site, request: Any) -> Any:
    """A new container and its first key: `{"name"}`."""
    fields = Fields(document(request))
    name = fields.need("name", check_name)
    fields.end()
    container, keys = provision.make_container(context, name, request.registry.seal)
    return created(request, with_keys(request, container, keys), url(request, container))


def with_keys(request: Any, node: Any, keys: provision.Keys) -> dict[str, Any]:
    """A node just made, with the secrets of the keys that were made with it."""
    shown = [json.key(request, key, secret) for key, secret in keys]
    return {**json.node(request, node), "keys": shown}


@rest(context=Health, method="GET", permission=NO_PERMISSION_REQUIRED, gives="Health")
def health(context: Health, request: Any) -> Any:
    """Whether the tree answers; for load balancers and `mserve up`."""
    return {"status": "ok", "schema": request.site.schema}
