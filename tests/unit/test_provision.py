"""Containers and services come into being with their first keys, and are counted."""

from typing import Any

import pytest

from mserve import provision
from mserve.errors import BadName, NameTaken
from mserve.resources import metrics
from mserve.resources.key import digest


def test_a_container_comes_with_its_administrators_key(see: Any) -> None:
    def make(site: Any) -> Any:
        container, [(key, secret)] = provision.make_container(site, "acme")
        assert site.key_index[digest(secret)] is key
        assert site.ids[container.id] is container is site["acme"]
        return key.role, key.__parent__ is container, key.parent

    assert see(make) == ("containeradmin", True, None)
    assert see(lambda site: site.usage.get(metrics.CONTAINER).total) == 2


def test_a_service_comes_with_two_keys_and_its_terms(see: Any) -> None:
    def make(site: Any) -> Any:
        service, keys = provision.make_service(site["demo"], "media", start=5, priority=True)
        assert site["demo"]["media"] is service is site.ids[service.id]
        return [key.role for key, _ in keys], service.start, service.end, service.priority

    assert see(make) == (["serviceadmin", "servicecustomer"], 5, None, True)
    for path in ((), ("demo",)):

        def total(site: Any, path: Any = path) -> float:
            for name in path:
                site = site[name]
            return float(site.usage.get(metrics.SERVICE).total)

        assert see(total) == 2


def test_bad_and_taken_names_are_refused(see: Any, stored: Any) -> None:
    before = stored()
    for name in ("-", "dav", "k", "", "a/b", "n" * 256):
        with pytest.raises(BadName):
            see(lambda site, name=name: provision.make_container(site, name))
    with pytest.raises(NameTaken):
        see(lambda site: provision.make_container(site, "demo"))
    with pytest.raises(NameTaken):
        see(lambda site: provision.make_service(site["demo"], "files"))
    assert stored() == before


def test_secrets_are_long_and_never_twice(see: Any) -> None:
    secrets = {see(lambda site: site.add_key("auditor")[1]) for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(secret) == 43 for secret in secrets)
