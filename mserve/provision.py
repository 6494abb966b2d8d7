"""Providers' use cases: containers and services come into being, each with its first keys."""

from typing import Any

from mserve.resources import audit, clock, metering, metrics
from mserve.resources.audit import Action
from mserve.resources.container import Container
from mserve.resources.key import Former, Key
from mserve.resources.node import Node, depend_on
from mserve.resources.schedule import replan
from mserve.resources.service import Service
from mserve.resources.site import Site
from mserve.seal import Seal

Keys = list[tuple[Key, str]]


def make_container(site: Site, name: str, seal: Seal | None = None) -> tuple[Container, Keys]:
    """A container and its `containeradmin` key with the secret. Raises BadName, NameTaken.

    Without a `seal` the key can't be attenuated offline.
    """
    container = Container()
    site.add(name, container)
    site.register(container)
    metering.report(container.lineage(), metrics.CONTAINER, 1)
    audit.record(container, Action.CREATE, after={"type": "container"})
    return container, _keys(container, seal, "containeradmin")


def make_service(
    container: Container, name: str, seal: Seal | None = None, **terms: Any
) -> tuple[Service, Keys]:
    """A service with its `serviceadmin` and `servicecustomer` keys and their secrets.

    It begins with the container's own profiles, and the usual ones beside.
    `terms`: start and end (µs), priority, profile. Raises BadName, NameTaken.
    """
    service = Service(container.own_profiles())
    for term, value in terms.items():
        setattr(service, term, value)
    depend_on(container.lineage())
    container.add(name, service)
    service.site.register(service)
    replan(service)
    metering.report(service.lineage(), metrics.SERVICE, 1)
    audit.record(service, Action.CREATE, after={"type": "service", **terms})
    return service, _keys(service, seal, "serviceadmin", "servicecustomer")


def rotate(key: Key, grace: int, seal: Seal | None = None) -> str:
    """The new secret of `key`; the present one works for `grace` µs more, none before it does."""
    index = key.__parent__.site.key_index
    for each in key.digests():
        index.discard(each)
    end = clock.now() + grace
    key.former = Former(key.digest, key.sealed, end) if grace else None
    secret = key.renew_secret(seal)
    for each in key.digests():
        index[each] = key
    return secret


def _keys(node: Node, seal: Seal | None, *roles: str) -> Keys:
    label = f"made with the {node.type}"
    return [node.add_key(role, seal=seal, label=label) for role in roles]
