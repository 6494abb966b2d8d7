"""Providers' use cases: containers and services come into being, each with its first keys."""

from typing import Any

from mserve.resources import usage
from mserve.resources.container import Container
from mserve.resources.key import Key
from mserve.resources.node import Node, depend_on
from mserve.resources.schedule import replan
from mserve.resources.service import Service
from mserve.resources.site import Site

Keys = list[tuple[Key, str]]


def make_container(site: Site, name: str) -> tuple[Container, Keys]:
    """A container and its `containeradmin` key with the secret. Raises BadName, NameTaken."""
    container = Container()
    site.add(name, container)
    site.register(container)
    usage.report(container.lineage(), usage.CONTAINER, 1)
    return container, _keys(container, "containeradmin")


def make_service(container: Container, name: str, **terms: Any) -> tuple[Service, Keys]:
    """A service with its `serviceadmin` and `servicecustomer` keys and their secrets.

    `terms`: start and end (µs), priority. Raises BadName, NameTaken.
    """
    service = Service()
    for term, value in terms.items():
        setattr(service, term, value)
    depend_on(container.lineage())
    container.add(name, service)
    service.site.register(service)
    replan(service)
    usage.report(service.lineage(), usage.SERVICE, 1)
    return service, _keys(service, "serviceadmin", "servicecustomer")


def _keys(node: Node, *roles: str) -> Keys:
    return [node.add_key(role, label=f"made with the {node.type}") for role in roles]
