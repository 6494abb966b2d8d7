"""THE HTTP DOOR: HTML and REST. Translates requests to use cases, and what they say to answers."""

from functools import partial
from typing import Any

from pyramid.config import Configurator
from pyramid.interfaces import ITraverser
from zope.interface import Interface

from mserve.security import SecurityPolicy
from mserve.views.bound import bind, bind_database
from mserve.views.request import Request
from mserve.views.traversal import Traverser


def root(request: Any) -> Any:
    """The root factory: the Site."""
    return request.site


def includeme(config: Configurator) -> None:
    registry = config.registry
    registry.mserve_policy = SecurityPolicy()
    bind(registry)
    config.set_request_factory(Request)
    config.set_root_factory(root)
    config.set_security_policy(registry.mserve_policy)
    registry.registerAdapter(Traverser, (Interface,), ITraverser)
    for name, kept in (("settings", "mserve"), ("queues", "queues"), ("tasks", "tasks")):
        config.add_request_method(partial(_kept, kept), name, property=True)
    config.include("mserve.views.config")
    config.include("mserve.views.errors")
    config.include("mserve.views.preconditions")
    config.include("mserve.views.asker")
    config.include("mserve.views.named")
    config.include("mserve.views.budgets")
    config.include("mserve.views.retry")
    config.include("mserve.views.html.static")
    config.include("mserve.views.html.language")
    config.include("mserve.views.html.languages")
    config.scan("mserve.views.noting")
    config.include("mserve.views.api.openapi")
    config.scan("mserve.views.api")
    config.scan("mserve.views.html")
    config.action("mserve.database", bind_database, args=(registry,), order=9999)


def _kept(name: str, request: Any) -> Any:
    return getattr(request.registry, name)
